/**
 * A program that systemd has started: the sockets that it was given ({@link
 * dev.millrace.systemd.InheritedSockets}, sd_listen_fds(3)), and what it tells in return ({@link
 * dev.millrace.systemd.ServiceNotifier}, sd_notify(3)). Without systemd both are there, and do
 * nothing.
 */
@NullMarked
package dev.millrace.systemd;

import org.jspecify.annotations.NullMarked;
