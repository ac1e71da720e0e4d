package dev.millrace.proxyprotocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a balancer says of the TLS between the client and itself: the TLV of type {@link
 * ProxyTlv#SSL} (proxy-protocol.txt section 2.2.5).
 *
 * {@snippet class="dev.millrace.proxyprotocol.ProxyHeaderExamplesTest" region="tls"}
 *
 * @param isEncrypted whether the client has come over TLS
 * @param isCertificateOfConnection whether the client has shown a certificate in this connection
 * @param isCertificateOfSession whether it has shown one in this TLS session, which may be resumed
 * @param isVerified whether it has shown one, and the balancer found it good
 * @param fields what follows: {@link #VERSION}, {@link #COMMON_NAME} and others
 */
public record ProxyTls(
        boolean isEncrypted,
        boolean isCertificateOfConnection,
        boolean isCertificateOfSession,
        boolean isVerified,
        List<ProxyTlv> fields) {
    /** PP2_SUBTYPE_SSL_VERSION: {@code TLSv1.3} for instance. */
    public static final int VERSION = 0x21;

    /** PP2_SUBTYPE_SSL_CN: the common name of the client's certificate. */
    public static final int COMMON_NAME = 0x22;

    /** PP2_SUBTYPE_SSL_CIPHER: the name of the cipher. */
    public static final int CIPHER = 0x23;

    /** PP2_SUBTYPE_SSL_SIG_ALG: how the balancer's certificate is signed. */
    public static final int SIGNATURE_ALGORITHM = 0x24;

    /** PP2_SUBTYPE_SSL_KEY_ALG: the key of the balancer's certificate. */
    public static final int KEY_ALGORITHM = 0x25;

    private static final int CLIENT_SSL = 1;
    private static final int CLIENT_CERT_CONN = 2;
    private static final int CLIENT_CERT_SESS = 4;

    /** {@code uint8_t client; uint32_t verify;}. */
    private static final int HEAD_BYTES = 5;

    public ProxyTls {
        fields = List.copyOf(fields);
    }

    /** One without any certificate of the client's. */
    public static ProxyTls of(String version, String cipher) {
        return new ProxyTls(
                true,
                false,
                false,
                false,
                List.of(ProxyTlv.of(VERSION, version), ProxyTlv.of(CIPHER, cipher)));
    }

    static ProxyTls decode(byte[] value) throws ProxyHeaderException {
        if (value.length < HEAD_BYTES) {
            throw new ProxyHeaderException(
                    "the TLV of TLS has " + value.length + " bytes, at least 5 are needed");
        }
        ByteBuffer from = ByteBuffer.wrap(value);
        int client = from.get();
        int verify = from.getInt();
        boolean ofConnection = (client & CLIENT_CERT_CONN) != 0;
        boolean ofSession = (client & CLIENT_CERT_SESS) != 0;
        List<ProxyTlv> fields = new ArrayList<>();
        while (from.hasRemaining()) {
            fields.add(ProxyVersion2.tlv(from));
        }
        return new ProxyTls(
                (client & CLIENT_SSL) != 0,
                ofConnection,
                ofSession,
                // 0 as well where there was nothing to be verified.
                verify == 0 && (ofConnection || ofSession),
                fields);
    }

    /**
     * The TLV that says it.
     *
     * @throws IllegalArgumentException if it is longer than 65,535 bytes
     */
    public ProxyTlv toTlv() {
        int size = HEAD_BYTES + fields.stream().mapToInt(ProxyVersion2::size).sum();
        ByteBuffer value = ByteBuffer.allocate(size);
        int client =
                (isEncrypted ? CLIENT_SSL : 0)
                        | (isCertificateOfConnection ? CLIENT_CERT_CONN : 0)
                        | (isCertificateOfSession ? CLIENT_CERT_SESS : 0);
        value.put((byte) client).putInt(isVerified ? 0 : 1);
        fields.forEach(field -> ProxyVersion2.put(field, value));
        return new ProxyTlv(ProxyTlv.SSL, value.array());
    }

    /** The text of a field, by its type; empty if the balancer does not say. */
    public Optional<String> text(int type) {
        return fields.stream().filter(one -> one.type() == type).findFirst().map(ProxyTlv::text);
    }

    /** The version of TLS, {@code TLSv1.3} for instance. */
    public Optional<String> version() {
        return text(VERSION);
    }

    /** The common name of the client's certificate. */
    public Optional<String> commonName() {
        return text(COMMON_NAME);
    }
}
