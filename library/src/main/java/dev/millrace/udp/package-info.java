/** Datagrams: {@link dev.millrace.udp.UdpSocket}. */
@NullMarked
package dev.millrace.udp;

import org.jspecify.annotations.NullMarked;
