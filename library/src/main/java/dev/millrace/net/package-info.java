/** Sockets and servers over TCP and Unix sockets, as Node's {@code net} has them. */
@NullMarked
package dev.millrace.net;

import org.jspecify.annotations.NullMarked;
