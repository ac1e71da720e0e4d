package dev.millrace.cli.load;

/** What came is no HTTP/1.1 response; the message says where. */
final class BrokenResponseException extends Exception {
    private static final long serialVersionUID = 1;

    BrokenResponseException(String message) {
        // Without a stack: a server may send thousands of them.
        super(message, null, false, false);
    }
}
