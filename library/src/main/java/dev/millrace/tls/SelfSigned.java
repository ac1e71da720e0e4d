package dev.millrace.tls;

import dev.millrace.kernel.IpAddress;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate that has signed itself (RFC 5280 section 4.1), in DER, and its key. It is for
 * servers alone and signs no other one, so that its theft opens nothing but what it is for.
 */
record SelfSigned(byte[] certificate, KeyPair keys) {
    private static final byte[] VERSION_3 = hex("a003020102");
    private static final byte[] ECDSA_SHA256 = hex("300a06082a8648ce3d040302");

    /** Basic constraints: no authority. Key usage: signatures. Extended key usage: servers. */
    private static final byte[] CONSTRAINTS = hex("300c0603551d130101ff04023000");

    private static final byte[] USAGE = hex("300e0603551d0f0101ff040403020780");
    private static final byte[] EXTENDED_USAGE = hex("30130603551d25040c300a06082b06010505070301");
    private static final byte[] ALTERNATIVE_NAMES = hex("0603551d11");

    private static final int BITS = 0x03;
    private static final int UTC_TIME = 0x17;
    private static final int EXTENSIONS = 0xa3;
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;
    private static final int SERIAL_BITS = 127;

    /** Clocks of two machines differ. */
    private static final Duration EARLIER = Duration.ofHours(1);

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'");

    static SelfSigned of(Instant now, Duration validity, String... names) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            byte[] content = content(now, validity, keys, names);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(content);
            byte[] bits = Der.of(BITS, new byte[1], signature.sign());
            return new SelfSigned(Der.of(Der.SEQUENCE, content, ECDSA_SHA256, bits), keys);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK makes no keys of P-256", e);
        }
    }

    private static byte[] content(Instant now, Duration validity, KeyPair keys, String... names) {
        byte[] name = new X500Principal("CN=" + names[0]).getEncoded();
        BigInteger serial = new BigInteger(SERIAL_BITS, new SecureRandom());
        return Der.of(
                Der.SEQUENCE,
                VERSION_3,
                Der.of(Der.INTEGER, serial.toByteArray()),
                ECDSA_SHA256,
                name,
                Der.of(Der.SEQUENCE, time(now.minus(EARLIER)), time(now.plus(validity))),
                name,
                keys.getPublic().getEncoded(),
                Der.of(
                        EXTENSIONS,
                        Der.of(
                                Der.SEQUENCE,
                                CONSTRAINTS,
                                USAGE,
                                EXTENDED_USAGE,
                                alternatives(names))));
    }

    private static byte[] alternatives(String... names) {
        byte[][] each = Arrays.stream(names).map(SelfSigned::alternative).toArray(byte[][]::new);
        byte[] value = Der.of(Der.OCTETS, Der.of(Der.SEQUENCE, each));
        return Der.of(Der.SEQUENCE, ALTERNATIVE_NAMES, value);
    }

    private static byte[] alternative(String name) {
        try {
            return Der.of(IP_ADDRESS, IpAddress.of(name, 0).host().getAddress());
        } catch (IllegalArgumentException e) {
            return Der.of(DNS_NAME, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Good until 2049 (RFC 5280 section 4.1.2.5). */
    private static byte[] time(Instant at) {
        String text = TIME.format(at.atOffset(ZoneOffset.UTC));
        return Der.of(UTC_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
