package dev.millrace.proxyprotocol;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a balancer says of a connection, in front of its first byte: whom it comes from, and where
 * it went to. Any thread.
 *
 * {@snippet class="dev.millrace.proxyprotocol.ProxyHeaderExamplesTest" region="header"}
 *
 * @param version how it was, or is to be, written down
 * @param isLocal whether the balancer has opened the connection for itself, to look whether the
 *     server is well for instance; it has no addresses then
 * @param transport what the client has used
 * @param source the client's address; empty if the balancer does not know, or for itself
 * @param destination the address that the client has connected to; there when {@code source} is
 * @param tlvs what else it says, of version 2 alone
 * @param hasChecksum whether a checksum guards it (CRC32C); one that was read had the right one
 */
public record ProxyHeader(
        Version version,
        boolean isLocal,
        Transport transport,
        Optional<Address> source,
        Optional<Address> destination,
        List<ProxyTlv> tlvs,
        boolean hasChecksum) {
    /** How a header is written down. */
    public enum Version {
        /** A line of text: TCP addresses and nothing else. */
        V1,
        /** Binary: every family, and TLVs. */
        V2
    }

    /** What carries the bytes between client and balancer. */
    public enum Transport {
        /** TCP, or a stream socket of the Unix domain. */
        STREAM,
        /** UDP, or a datagram socket of the Unix domain. */
        DATAGRAM
    }

    /**
     * @throws IllegalArgumentException if that is no header: one address alone, addresses of
     *     different kinds, or what version 1 can't say
     */
    public ProxyHeader {
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(transport, "transport");
        tlvs = List.copyOf(tlvs);
        boolean isPair = source.isPresent() == destination.isPresent();
        boolean isIp = Stream.of(source, destination).allMatch(one -> isIp(one));
        boolean isUnix = Stream.of(source, destination).noneMatch(one -> isIp(one));
        if (!isPair || (source.isPresent() && !isIp && !isUnix)) {
            throw new IllegalArgumentException(
                    "source "
                            + source
                            + " and destination "
                            + destination
                            + ": use two IP addresses, two Unix addresses, or none");
        }
        if (isLocal && (source.isPresent() || !tlvs.isEmpty())) {
            throw new IllegalArgumentException(
                    "a balancer's own connection has neither addresses nor TLVs: use local()");
        }
        boolean isOfVersion1 =
                !isLocal
                        && tlvs.isEmpty()
                        && !hasChecksum
                        && transport == Transport.STREAM
                        && (source.isEmpty() || isIp);
        if (version == Version.V1 && !isOfVersion1) {
            throw new IllegalArgumentException(
                    "version 1 has TCP addresses and nothing else: use version 2");
        }
    }

    private static boolean isIp(Optional<Address> address) {
        return address.isPresent() && address.get() instanceof IpAddress;
    }

    /** A connection from {@code source} to {@code destination}, in version 1: TCP alone. */
    public static ProxyHeader v1(IpAddress source, IpAddress destination) {
        return of(Version.V1, Optional.of(source), Optional.of(destination));
    }

    /**
     * A connection from {@code source} to {@code destination}, in version 2.
     *
     * @throws IllegalArgumentException if one is a Unix address and the other is not
     */
    public static ProxyHeader v2(Address source, Address destination) {
        return of(Version.V2, Optional.of(source), Optional.of(destination));
    }

    /** A connection of which no more is known; a server takes the addresses of the socket. */
    public static ProxyHeader unknown(Version version) {
        return of(version, Optional.empty(), Optional.empty());
    }

    private static ProxyHeader of(
            Version version, Optional<Address> source, Optional<Address> destination) {
        return new ProxyHeader(
                version, false, Transport.STREAM, source, destination, List.of(), false);
    }

    /** A connection that the balancer makes for itself (LOCAL, version 2). */
    public static ProxyHeader local() {
        return new ProxyHeader(
                Version.V2,
                true,
                Transport.STREAM,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                false);
    }

    /**
     * This header, which says one thing more.
     *
     * @throws IllegalArgumentException of version 1, or of a balancer's own connection
     */
    public ProxyHeader with(ProxyTlv tlv) {
        List<ProxyTlv> more = Stream.concat(tlvs.stream(), Stream.of(tlv)).toList();
        return new ProxyHeader(version, isLocal, transport, source, destination, more, hasChecksum);
    }

    /**
     * This header with a checksum.
     *
     * @throws IllegalArgumentException of version 1
     */
    public ProxyHeader withChecksum() {
        return new ProxyHeader(version, isLocal, transport, source, destination, tlvs, true);
    }

    /** The bytes of the first TLV of a type. */
    public Optional<byte[]> tlv(int type) {
        return first(type).map(ProxyTlv::value);
    }

    private Optional<ProxyTlv> first(int type) {
        return tlvs.stream().filter(one -> one.type() == type).findFirst();
    }

    /** The host name that the client has asked for, of TLS's SNI for instance. */
    public Optional<String> authority() {
        return first(ProxyTlv.AUTHORITY).map(ProxyTlv::text);
    }

    /** The protocol that the client has chosen by ALPN. */
    public Optional<String> alpn() {
        return first(ProxyTlv.ALPN).map(ProxyTlv::text);
    }

    /** What the balancer calls the connection: bytes, of which nothing is known. */
    public Optional<byte[]> uniqueId() {
        return tlv(ProxyTlv.UNIQUE_ID);
    }

    /** The client's TLS; empty if the balancer does not speak of it. */
    public Optional<ProxyTls> tls() {
        return first(ProxyTlv.SSL)
                .map(tlv -> {
                    try {
                        return ProxyTls.decode(tlv.value());
                    } catch (ProxyHeaderException e) {
                        throw new IllegalStateException("a TLV made by hand: " + tlv, e);
                    }
                });
    }

    /**
     * Its bytes: what a client sends first.
     *
     * @throws IllegalArgumentException if the TLVs are longer than a header can be
     */
    public byte[] encode() {
        return version == Version.V1 ? ProxyVersion1.encode(this) : ProxyVersion2.encode(this);
    }

    /** Whether both addresses are of the Unix domain. */
    boolean isUnix() {
        return source.isPresent() && source.get() instanceof UnixAddress;
    }
}
