/**
 * Sockets and servers over TCP and Unix sockets, and datagram sockets, as Node's {@code net} and
 * {@code dgram} have them.
 */
@NullMarked
package dev.millrace.net;

import org.jspecify.annotations.NullMarked;
