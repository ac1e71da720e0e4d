package dev.millrace.proxyprotocol;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of version 2 (proxy-protocol.txt section 2.2), big-endian:
 *
 * <pre>
 *    0           12       13             14      16
 *   | signature | 2 | cmd | fam | proto | length | addresses | TLVs ...
 *                  0 LOCAL  0 unspecified           4, 4, 2, 2      type (1) length (2) value
 *                  1 PROXY  1 IPv4   1 stream       16, 16, 2, 2
 *                           2 IPv6   2 datagram     108, 108
 *                           3 Unix
 * </pre>
 */
final class ProxyVersion2 {
    static final byte[] SIGNATURE = {
        '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
    };

    /** Signature, version and command, family and transport, length. */
    static final int HEAD_BYTES = 16;

    private static final int PROXY = 1;
    private static final int IPV4 = 1;
    private static final int IPV6 = 2;
    private static final int UNIX = 3;
    private static final int STREAM = 1;
    private static final int DATAGRAM = 2;
    private static final int TLV_HEAD_BYTES = 3;
    private static final int UNIX_BYTES = 108;
    private static final int CRC_BYTES = 4;
    private static final int LENGTH_MAX = 0xFFFF;

    private ProxyVersion2() {}

    /**
     * Checks the byte at {@code at} of the head, of which those before are right.
     *
     * @throws ProxyHeaderException if no header has it there
     */
    static void check(byte[] bytes, int at) throws ProxyHeaderException {
        int value = Byte.toUnsignedInt(bytes[at]);
        if (at == SIGNATURE.length && (value >> 4 != 2 || (value & 0xF) > PROXY)) {
            throw wrong("version and command", value, at, "0x20 (LOCAL) or 0x21 (PROXY)");
        }
        boolean isLocal = at > SIGNATURE.length && isLocal(bytes);
        if (at == SIGNATURE.length + 1 && !isLocal && addressBytes(value) < 0) {
            throw wrong("family and transport", value, at, "0x00, or 0x11 to 0x32");
        }
    }

    private static ProxyHeaderException wrong(String what, int value, int at, String right) {
        return new ProxyHeaderException(
                String.format("%s are 0x%02x at byte %d, not %s", what, value, at, right));
    }

    private static boolean isLocal(byte[] bytes) {
        return (bytes[SIGNATURE.length] & 0xF) != PROXY;
    }

    /** How long the addresses are; -1 for a combination that there is not. */
    private static int addressBytes(int familyAndTransport) {
        return switch (familyAndTransport) {
            case 0x00 -> 0;
            case 0x11, 0x12 -> 12;
            case 0x21, 0x22 -> 36;
            case 0x31, 0x32 -> 2 * UNIX_BYTES;
            default -> -1;
        };
    }

    /** How many bytes follow the head. */
    static int length(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getShort(HEAD_BYTES - 2) & LENGTH_MAX;
    }

    /** {@code bytes}: a whole header, whose head was {@linkplain #check checked}. */
    static ProxyHeader decode(byte[] bytes) throws ProxyHeaderException {
        if (isLocal(bytes)) {
            // "the receiver ... must discard the protocol block including the family".
            return ProxyHeader.local();
        }
        int kind = bytes[SIGNATURE.length + 1];
        ByteBuffer from = ByteBuffer.wrap(bytes).position(HEAD_BYTES);
        if (from.remaining() < addressBytes(kind)) {
            throw new ProxyHeaderException(
                    "the addresses have "
                            + from.remaining()
                            + " bytes, "
                            + addressBytes(kind)
                            + " are needed");
        }
        Optional<Address> source = Optional.empty();
        Optional<Address> destination = Optional.empty();
        switch (kind >> 4) {
            case IPV4, IPV6 -> {
                byte[] sourceHost = take(from, kind >> 4 == IPV4 ? 4 : 16);
                byte[] destinationHost = take(from, sourceHost.length);
                source = Optional.of(IpAddress.of(sourceHost, from.getShort() & 0xFFFF));
                destination = Optional.of(IpAddress.of(destinationHost, from.getShort() & 0xFFFF));
            }
            case UNIX -> {
                source = Optional.of(unix(take(from, UNIX_BYTES)));
                destination = Optional.of(unix(take(from, UNIX_BYTES)));
            }
            default -> {}
        }
        List<ProxyTlv> tlvs = new ArrayList<>();
        boolean hasChecksum = tlvs(bytes, from, tlvs);
        return new ProxyHeader(
                ProxyHeader.Version.V2,
                false,
                (kind & 0xF) == DATAGRAM
                        ? ProxyHeader.Transport.DATAGRAM
                        : ProxyHeader.Transport.STREAM,
                source,
                destination,
                tlvs,
                hasChecksum);
    }

    private static byte[] take(ByteBuffer from, int count) {
        byte[] taken = new byte[count];
        from.get(taken);
        return taken;
    }

    /** A path ends at its NUL; an abstract name, whose NUL comes first, at the last other byte. */
    private static UnixAddress unix(byte[] padded) {
        int end = padded.length;
        if (padded[0] == 0) {
            while (end > 0 && padded[end - 1] == 0) {
                end--;
            }
        } else {
            end = 0;
            while (end < padded.length && padded[end] != 0) {
                end++;
            }
        }
        return UnixAddress.ofBytes(Arrays.copyOf(padded, end));
    }

    /** Adds what {@code from} has; whether there is a checksum, which is right then. */
    private static boolean tlvs(byte[] bytes, ByteBuffer from, List<ProxyTlv> tlvs)
            throws ProxyHeaderException {
        boolean hasChecksum = false;
        while (from.hasRemaining()) {
            int at = from.position();
            if (bytes[at] == ProxyTlv.CRC32C) {
                checkSum(bytes, from, hasChecksum);
                hasChecksum = true;
            } else {
                ProxyTlv tlv = tlv(from);
                if (tlv.type() == ProxyTlv.SSL) {
                    ProxyTls.decode(tlv.value());
                }
                tlvs.add(tlv);
            }
        }
        return hasChecksum;
    }

    /** The sum is over the whole header, with zeros in its own place. */
    private static void checkSum(byte[] bytes, ByteBuffer from, boolean isSecond)
            throws ProxyHeaderException {
        byte[] value = value(from);
        if (value.length != CRC_BYTES || isSecond) {
            throw new ProxyHeaderException(
                    isSecond
                            ? "there are two checksums"
                            : "the checksum has " + value.length + " bytes, not 4");
        }
        int told = ByteBuffer.wrap(value).getInt();
        byte[] zeroed = bytes.clone();
        Arrays.fill(zeroed, from.position() - CRC_BYTES, from.position(), (byte) 0);
        int right = sum(zeroed);
        if (told != right) {
            throw new ProxyHeaderException(
                    String.format("the checksum is 0x%08x, not 0x%08x", told, right));
        }
    }

    private static int sum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return (int) sum.getValue();
    }

    /**
     * The next one.
     *
     * @throws ProxyHeaderException if it is longer than what is left
     */
    static ProxyTlv tlv(ByteBuffer from) throws ProxyHeaderException {
        int type = Byte.toUnsignedInt(from.get(from.position()));
        byte[] value = value(from);
        try {
            return new ProxyTlv(type, value);
        } catch (IllegalArgumentException e) {
            throw new ProxyHeaderException("a TLV: " + e.getMessage());
        }
    }

    private static byte[] value(ByteBuffer from) throws ProxyHeaderException {
        int left = from.remaining() - TLV_HEAD_BYTES;
        int length = left < 0 ? 0 : from.getShort(from.position() + 1) & LENGTH_MAX;
        if (length > left) {
            throw new ProxyHeaderException(
                    "a TLV does not fit: it needs "
                            + (TLV_HEAD_BYTES + length)
                            + " bytes, and "
                            + from.remaining()
                            + " are left");
        }
        from.position(from.position() + TLV_HEAD_BYTES);
        return take(from, length);
    }

    static int size(ProxyTlv tlv) {
        return TLV_HEAD_BYTES + tlv.value().length;
    }

    static void put(ProxyTlv tlv, ByteBuffer to) {
        byte[] value = tlv.value();
        to.put((byte) tlv.type()).putShort((short) value.length).put(value);
    }

    static byte[] encode(ProxyHeader header) {
        int kind = kind(header);
        int crc = header.hasChecksum() ? TLV_HEAD_BYTES + CRC_BYTES : 0;
        int tlvs = header.tlvs().stream().mapToInt(ProxyVersion2::size).sum();
        int length = addressBytes(kind) + crc + tlvs;
        if (length > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "the header has " + length + " bytes: use TLVs of 65535 bytes in all");
        }
        ByteBuffer to = ByteBuffer.allocate(HEAD_BYTES + length).put(SIGNATURE);
        to.put((byte) (0x20 | (header.isLocal() ? 0 : PROXY))).put((byte) kind);
        to.putShort((short) length);
        putAddresses(header, kind, to);
        if (header.hasChecksum()) {
            to.put((byte) ProxyTlv.CRC32C).putShort((short) CRC_BYTES).putInt(0);
        }
        int sumAt = to.position() - CRC_BYTES;
        header.tlvs().forEach(tlv -> put(tlv, to));
        if (header.hasChecksum()) {
            to.putInt(sumAt, sum(to.array()));
        }
        return to.array();
    }

    private static int kind(ProxyHeader header) {
        if (header.source().isEmpty() || header.destination().isEmpty()) {
            return 0;
        }
        int transport = header.transport() == ProxyHeader.Transport.DATAGRAM ? DATAGRAM : STREAM;
        boolean isIpv4 =
                !header.isUnix()
                        && isIpv4(header.source().get())
                        && isIpv4(header.destination().get());
        int family = header.isUnix() ? UNIX : isIpv4 ? IPV4 : IPV6;
        return family << 4 | transport;
    }

    private static boolean isIpv4(Address address) {
        return ProxyVersion1.isIpv4((IpAddress) address);
    }

    private static void putAddresses(ProxyHeader header, int kind, ByteBuffer to) {
        if (kind == 0) {
            return;
        }
        Address source = header.source().orElseThrow();
        Address destination = header.destination().orElseThrow();
        if (kind >> 4 == UNIX) {
            to.put(Arrays.copyOf(((UnixAddress) source).bytes(), UNIX_BYTES));
            to.put(Arrays.copyOf(((UnixAddress) destination).bytes(), UNIX_BYTES));
            return;
        }
        boolean isIpv4 = kind >> 4 == IPV4;
        to.put(host((IpAddress) source, isIpv4)).put(host((IpAddress) destination, isIpv4));
        to.putShort((short) ((IpAddress) source).port());
        to.putShort((short) ((IpAddress) destination).port());
    }

    /** An IPv4 address beside an IPv6 one is mapped into IPv6 (RFC 4291 section 2.5.5.2). */
    private static byte[] host(IpAddress address, boolean isIpv4) {
        byte[] host = address.host().getAddress();
        if (isIpv4 || host.length == 16) {
            return host;
        }
        return ByteBuffer.allocate(16).putLong(0).putInt(0xFFFF).put(host).array();
    }
}
