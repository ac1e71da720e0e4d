package dev.millrace.tls;

/** Whether a server asks its clients for certificates. */
public enum ClientCertificates {
    /** They are not asked. */
    NONE,
    /** They are asked, and may have none; one that is shown is verified. */
    WANTED,
    /** They are asked, and a handshake without one fails. */
    NEEDED
}
