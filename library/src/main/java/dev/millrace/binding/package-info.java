/**
 * Sockets made, given their options and bound on a {@link dev.millrace.driver.Driver}: what a
 * listener or a datagram socket does before its loop has anything to do with it, and the socket
 * file of a Unix listener with everything that can happen to it.
 */
@NullMarked
package dev.millrace.binding;

import org.jspecify.annotations.NullMarked;
