/**
 * The header of the PROXY protocol, by which a balancer tells a server whom a connection comes from
 * (haproxy's proxy-protocol.txt, versions 1 and 2): {@link dev.millrace.proxyprotocol.ProxyHeader},
 * and {@link dev.millrace.proxyprotocol.ProxyHeaderParser}, which reads one. Bytes and addresses
 * only; servers and clients have it as an option ({@code ProxyProtocol} of {@code net}).
 */
@NullMarked
package dev.millrace.proxyprotocol;

import org.jspecify.annotations.NullMarked;
