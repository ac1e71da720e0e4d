package dev.millrace.tls;

/** A version of the protocol; older ones are not spoken (RFC 8996). */
public enum TlsProtocol {
    /** TLS 1.2 (RFC 5246), with forward secrecy and authenticated encryption alone (RFC 9325). */
    TLS_1_2("TLSv1.2"),
    /** TLS 1.3 (RFC 8446). */
    TLS_1_3("TLSv1.3");

    private final String text;

    TlsProtocol(String text) {
        this.text = text;
    }

    /** As {@link TlsSession#protocol} has it. */
    @Override
    public String toString() {
        return text;
    }
}
