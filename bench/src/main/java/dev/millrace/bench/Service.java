package dev.millrace.bench;

/** What a server under test has to do. */
enum Service {
    /** Send back every byte. */
    ECHO,
    /** Answer {@code GET /} with a greeting in plain text. */
    HTTP,
    /** Answer {@code POST /echo} with its body. */
    POST,
    /** Serve a folder with a file of a MiB: {@code GET /file}. */
    FILE
}
