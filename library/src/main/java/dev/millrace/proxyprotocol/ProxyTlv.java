package dev.millrace.proxyprotocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a header of version 2 says beside the addresses: a type, and up to 65,535 bytes
 * (proxy-protocol.txt section 2.2).
 *
 * {@snippet class="dev.millrace.proxyprotocol.ProxyHeaderExamplesTest" region="tlv"}
 *
 * @param type 0 to 255: one of the constants, or a type of the balancer's own, from 0xE0 on
 * @param value a copy, both ways
 */
public record ProxyTlv(int type, byte[] value) {
    /** PP2_TYPE_ALPN: the protocol above that the client has chosen, {@code h2} for instance. */
    public static final int ALPN = 0x01;

    /** PP2_TYPE_AUTHORITY: the host name that the client asked for, of TLS's SNI for instance. */
    public static final int AUTHORITY = 0x02;

    /** PP2_TYPE_CRC32C: the checksum; {@link ProxyHeader#hasChecksum} is the way to have it. */
    static final int CRC32C = 0x03;

    /** PP2_TYPE_NOOP: nothing, to fill. */
    public static final int NOOP = 0x04;

    /** PP2_TYPE_UNIQUE_ID: what the balancer calls the connection, at most 128 bytes. */
    public static final int UNIQUE_ID = 0x05;

    /** PP2_TYPE_SSL: the client's TLS, see {@link ProxyTls}. */
    public static final int SSL = 0x20;

    /** PP2_TYPE_NETNS: the balancer's network namespace. */
    public static final int NETNS = 0x30;

    static final int UNIQUE_ID_MAX_BYTES = 128;

    private static final int VALUE_MAX_BYTES = 0xFFFF;

    /**
     * @throws IllegalArgumentException if type or length are out of range, or for the checksum
     */
    public ProxyTlv {
        Objects.requireNonNull(value, "value");
        if (type < 0 || type > 0xFF || type == CRC32C) {
            throw new IllegalArgumentException(
                    "type " + type + ": use 0 to 255; the checksum, 3, is made by withChecksum()");
        }
        int most = type == UNIQUE_ID ? UNIQUE_ID_MAX_BYTES : VALUE_MAX_BYTES;
        if (value.length > most) {
            throw new IllegalArgumentException(
                    "the value of type "
                            + type
                            + " has "
                            + value.length
                            + " bytes: use "
                            + most
                            + " or fewer");
        }
        value = value.clone();
    }

    /** One whose value is a text, in UTF-8. */
    public static ProxyTlv of(int type, String text) {
        return new ProxyTlv(type, text.getBytes(UTF_8));
    }

    @Override
    public byte[] value() {
        return value.clone();
    }

    /** The value as a text, in UTF-8; what is none is replaced by U+FFFD. */
    public String text() {
        return new String(value, UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProxyTlv that
                && type == that.type
                && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * type + Arrays.hashCode(value);
    }

    /** {@code ProxyTlv[5, 616263]}: the value in hexadecimal. */
    @Override
    public String toString() {
        return "ProxyTlv[" + type + ", " + HexFormat.of().formatHex(value) + "]";
    }
}
