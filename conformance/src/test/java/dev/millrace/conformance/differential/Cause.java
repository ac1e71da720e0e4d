package dev.millrace.conformance.differential;

import java.util.Set;
import java.util.function.Predicate;

/** Why two parsers disagree. The first rule that holds names it. */
enum Cause {
    HOST(
            Kind.STRICTER,
            "RFC 9112 3.2: one Host that is uri-host[:port], else 400",
            "MISSING_HOST",
            "REPEATED_HOST",
            "INVALID_HOST"),
    TARGET(
            Kind.STRICTER,
            "RFC 9112 3.2: a target has one of four forms, in visible ASCII",
            "INVALID_TARGET",
            "NON_ASCII_TARGET",
            "TARGET_TOO_LONG"),
    VERSION(
            Kind.STRICTER,
            "RFC 9112 2.3: HTTP/1.0 to HTTP/1.9, one space before it, CR LF behind",
            "MISSING_VERSION",
            "INVALID_VERSION",
            "UNSUPPORTED_VERSION",
            "HTTP2_PREFACE"),
    LINE_END(
            Kind.STRICTER,
            "RFC 9112 2.2: lines end with CR LF; CR or LF alone may be refused",
            "BARE_CR",
            "BARE_LF"),
    FOLDING(
            Kind.STRICTER,
            "RFC 9112 5.2 and 2.2: a line that begins with a space is refused",
            "FOLDED_LINE",
            "LEADING_SPACE"),
    FIELD_LINE(
            Kind.STRICTER,
            "RFC 9112 5, RFC 9110 5.5: a token, a colon, no control byte",
            "INVALID_NAME",
            "INVALID_VALUE",
            "MISSING_COLON",
            "EMPTY_NAME",
            "SPACE_IN_NAME"),
    METHOD(
            Kind.STRICTER,
            "RFC 9110 9.1: a method is a token, and nothing is before it",
            "INVALID_METHOD",
            "TLS_HELLO"),
    LENGTH(
            Kind.STRICTER,
            "RFC 9112 6.3: one Content-Length of digits below 2^63, and no coding beside it",
            "INVALID_CONTENT_LENGTH",
            "REPEATED_CONTENT_LENGTH",
            "LENGTH_AND_CODING"),
    CODING(
            Kind.STRICTER,
            "RFC 9112 6.1: chunked alone, once, without parameters, in HTTP/1.1",
            "INVALID_TRANSFER_ENCODING",
            "REPEATED_CHUNKED",
            "CHUNKED_NOT_LAST",
            "CODING_IN_HTTP_1_0",
            "UNKNOWN_CODING"),
    CHUNKS(
            Kind.STRICTER,
            "RFC 9112 7.1: 1 to 16 hex digits below 2^63, well-formed extensions, CR LF",
            "INVALID_CHUNK_SIZE",
            "INVALID_CHUNK_END",
            "INVALID_CHUNK_EXTENSION"),
    TRAILER(
            Kind.STRICTER,
            "RFC 9110 6.5.1: no field that frames, routes or authorises in a trailer",
            "FORBIDDEN_TRAILER"),
    STATUS_LINE(
            Kind.STRICTER,
            "RFC 9112 4: version, space, three digits, space, reason; nothing is before it",
            "INVALID_STATUS_LINE",
            "INVALID_STATUS",
            "INVALID_REASON"),
    SWITCH(
            Kind.STRICTER,
            "RFC 9110 7.8: 101 only where an upgrade was asked for",
            "UNASKED_SWITCH"),
    LIMIT(
            Kind.STRICTER,
            "A limit of ours",
            "HEADER_TOO_LARGE",
            "TOO_MANY_FIELDS",
            "BODY_TOO_LARGE",
            "CHUNK_EXTENSIONS_TOO_LARGE"),

    TLS_BYTE(
            Kind.LATER,
            "16 (hex) alone: the next byte decides which error it is",
            d -> d.isRefusedByThem() && d.isIncompleteForUs() && d.text().endsWith("\u0016")),
    EARLIER(
            Kind.LATER,
            "They refuse a part before its line is complete, we when it is",
            d -> d.isRefusedByThem() && d.isRefusedLater()),
    UNKNOWN_METHOD(
            Kind.GAP,
            "llhttp knows only listed methods; RFC 9110 9.1: any token",
            d ->
                    d.isRefusedByThem("HPE_INVALID_METHOD")
                            && (d.isIncompleteForUs() || !Methods.OF_LLHTTP.contains(d.start(0)))),
    UNKNOWN_MINOR(
            Kind.GAP,
            "llhttp knows HTTP/1.0 and 1.1; RFC 9110 2.5: a higher minor version is read as 1.1",
            d ->
                    d.isRefusedByThem("HPE_INVALID_VERSION")
                            && (d.start(0).equals("PRI")
                                    || d.start(2).matches("1[.][2-9]")
                                    || d.text().matches("(?s).*(PRI |HTTP/1[.][2-9]).*"))),
    CODING_IN_MINOR(
            Kind.GAP,
            "Netty takes codings in exactly HTTP/1.1; RFC 9110 2.5 as above",
            d ->
                    d.isRefusedByThem("TransferEncodingNotAllowed")
                            && d.text().matches("(?s).*HTTP/1[.][2-9].*")),
    LARGE_CHUNK(
            Kind.GAP,
            "Netty reads chunks below 2^31; RFC 9112 7.1: expect large ones",
            d ->
                    d.isRefusedByThem("NumberFormatException: Chunk size overflow")
                            && d.isIncompleteForUs()),
    OBS_TEXT(
            Kind.GAP,
            "Netty fails on a byte over 127 in a quoted extension; RFC 9110 5.6.4: obs-text",
            d ->
                    d.isRefusedByThem("IndexOutOfBoundsException")
                            && d.text().matches("(?s).*;.*[\u0080-\u00ff].*")),
    TAB_BEHIND(
            Kind.GAP,
            "llhttp leaves a TAB behind these values; RFC 9110 5.5: it is no part of them",
            d ->
                    (d.isRefusedByThem("HPE_INVALID_TRANSFER_ENCODING")
                                            || d.isRefusedByThem("HPE_INVALID_CONTENT_LENGTH"))
                                    && d.text().contains("\t")
                            // A response with another coding than chunked ends by the close.
                            || d.text()
                                    .matches(
                                            "(?si).*\ntransfer-encoding:[^\r\n]*chunked[ ]*\t\\s*\r\n.*")),
    SPACE_IN_EXTENSION(
            Kind.LAXER,
            "llhttp refuses any space in an extension; RFC 9112 7.1.1: BWS, which Netty reads",
            d -> d.isRefusedByThem("HPE_STRICT") && d.text().matches("(?s).*;[^\r]*[ \t].*")),

    CLOSE_OF_INTERIM(
            Kind.GAP,
            "llhttp takes the close of a 1xx for that of the response; RFC 9110 15.2: another follows",
            d -> d.isRefusedByThem("HPE_CLOSED_CONNECTION")),
    INTERIM_ALONE(
            Kind.OTHER,
            "RFC 9110 15.2: a 1xx is not the response that was asked for",
            d -> d.isIncompleteForUs() && d.start(0).matches("1..")),
    CODING_DROPPED(
            Kind.OTHER,
            "Netty drops Transfer-Encoding where there is no body; RFC 9112 6.3: it has no meaning there",
            d -> d.start(0).matches("1..|204|304") && d.hasElement("Transfer-Encoding", "chunked")),
    CLOSE_WINS(
            Kind.OTHER,
            "close counts, whatever else Connection says; RFC 9112 9.3",
            d -> !d.isIncompleteForUs() && d.hasElement("Connection", "close")),
    UPGRADE_IN_1_0(
            Kind.OTHER,
            "RFC 9110 7.8: no Upgrade in HTTP/1.0",
            d -> d.text().matches("(?si).*HTTP/1[.]0.*upgrade.*")),
    BODY_OF_CONNECT(
            Kind.OTHER,
            "RFC 9112 6.3 makes no exception for the body of CONNECT; llhttp leaves it to the tunnel",
            Disagreement::isConnectForThem);

    /** On which side of the other parser we are. */
    enum Kind {
        /** We refuse what they read. */
        STRICTER,
        /** They refuse because they lack something that the RFC has. */
        GAP,
        /** They refuse what we refuse some bytes later. */
        LATER,
        /** They refuse what we read; the other parser must read it too. */
        LAXER,
        /** Both read, and differ in what. */
        OTHER
    }

    /** The methods of HTTP that llhttp has in its table. */
    private static final class Methods {
        static final Set<String> OF_LLHTTP =
                Set.of(
                        ("DELETE GET HEAD POST PUT CONNECT OPTIONS TRACE COPY LOCK "
                                        + "MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND "
                                        + "UNBIND ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH "
                                        + "NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK "
                                        + "UNLINK SOURCE QUERY")
                                .split(" "));
    }

    final Kind kind;
    final String rule;
    private final Predicate<Disagreement> holds;

    Cause(Kind kind, String rule, Predicate<Disagreement> holds) {
        this.kind = kind;
        this.rule = rule;
        this.holds = holds;
    }

    Cause(Kind kind, String rule, String... errors) {
        this(
                kind,
                rule,
                d ->
                        d.isRefusedByUs()
                                && !d.isRefusedByThem()
                                && Set.of(errors).contains(d.ours().reason()));
    }

    /** The cause, or null if no rule holds. */
    static Cause of(Disagreement disagreement) {
        for (Cause cause : values()) {
            boolean isReadable = cause.kind == Kind.STRICTER || !disagreement.isRefusedByUs();
            if (isReadable && cause.holds.test(disagreement)) {
                return cause;
            }
        }
        return null;
    }
}
