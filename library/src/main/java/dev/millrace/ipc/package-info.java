/**
 * Open sockets that pass between processes, and processes that speak with each other: {@link
 * dev.millrace.ipc.MessageChannel} on a Unix socket, {@link dev.millrace.ipc.ChildProcess} and its
 * other end, {@link dev.millrace.ipc.ParentProcess}.
 */
@NullMarked
package dev.millrace.ipc;

import org.jspecify.annotations.NullMarked;
