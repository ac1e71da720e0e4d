package dev.millrace.cli;

import java.util.Locale;

/** Where a command is told where to listen; the remedy of a listen that fails names it. */
enum ListenWords {
    /** The options that most servers have. */
    OPTIONS("with --port", "with --host", "with --unix", "with --host %s%%eth0"),

    /** The repeatable option of {@code start}. */
    LISTEN(
            "with --listen",
            "with --listen",
            "with --listen",
            "with --listen tcp://[%s%%eth0]:PORT"),

    /** The one word of {@code proxy}. */
    OPERAND("in LISTEN", "in LISTEN", "in LISTEN", "in LISTEN, [%s%%eth0]");

    private final String port;
    private final String host;
    private final String unix;
    private final String scoped;

    ListenWords(String port, String host, String unix, String scoped) {
        this.port = port;
        this.host = host;
        this.unix = unix;
        this.scoped = scoped;
    }

    String port() {
        return port;
    }

    String host() {
        return host;
    }

    String unix() {
        return unix;
    }

    /** How the interface of a link-local address is given. */
    String scoped(String literal) {
        return String.format(Locale.ROOT, scoped, literal);
    }
}
