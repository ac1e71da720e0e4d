package dev.millrace.http.wire;

/**
 * Why a message was refused: the status of the response, a code in Node's style, and one line that
 * says what was wrong and what to do about it. Several reasons may share a code where Node has only
 * one. Those at the end are a response's alone, with the status that a gateway tells its own
 * client.
 */
public enum ParseError {
    INVALID_METHOD(
            400,
            "HPE_INVALID_METHOD",
            "The request line must start with a method made of token characters, then one space"),
    INVALID_TARGET(
            400,
            "HPE_INVALID_URL",
            "The request target must be /path, http://host/path, * (OPTIONS) or host:port (CONNECT),"
                    + " in visible ASCII without a fragment; percent-encode everything else"),
    NON_ASCII_TARGET(
            400,
            "HPE_INVALID_URL",
            "The request target holds a byte beyond ASCII; percent-encode each byte of its UTF-8,"
                    + " as in /%C3%BC for a small u with two dots"),
    TARGET_TOO_LONG(
            414,
            "HPE_URL_OVERFLOW",
            "The request target is longer than maxTargetBytes; shorten it or raise the limit"),
    MISSING_VERSION(
            400,
            "HPE_INVALID_VERSION",
            "The request line has no version (HTTP/0.9 is not served); end it with HTTP/1.1"),
    INVALID_VERSION(
            400,
            "HPE_INVALID_VERSION",
            "The request line must end with HTTP/1.1 or HTTP/1.0, in capitals, and CR LF"),
    UNSUPPORTED_VERSION(
            505,
            "HPE_INVALID_VERSION",
            "Only HTTP/1.0 and HTTP/1.1 are served here; send HTTP/1.1"),
    HTTP2_PREFACE(
            505,
            "HPE_PAUSED_H2_UPGRADE",
            "This is an HTTP/1.1 port and the client spoke HTTP/2 with prior knowledge; use HTTP/1.1"),
    TLS_HELLO(
            400,
            "HPE_TLS_HELLO",
            "This is a plain HTTP port and the client started TLS; use http:// instead of https://"),
    BARE_LF(400, "HPE_CR_EXPECTED", "A line ended with LF alone; end lines with CR LF"),
    BARE_CR(
            400,
            "HPE_LF_EXPECTED",
            "A CR was not followed by LF; end lines with CR LF and keep CR out of values"),
    LEADING_SPACE(
            400,
            "HPE_INVALID_HEADER_TOKEN",
            "The first field line starts with a space; start it with its name"),
    FOLDED_LINE(
            400,
            "HPE_INVALID_HEADER_TOKEN",
            "A field line starts with a space (obsolete line folding); send each value on one line"),
    SPACE_IN_NAME(
            400,
            "HPE_INVALID_HEADER_TOKEN",
            "A field name is followed by a space; put the colon right behind the name"),
    MISSING_COLON(400, "HPE_INVALID_HEADER_TOKEN", "A field line has no colon; send name: value"),
    EMPTY_NAME(
            400, "HPE_INVALID_HEADER_TOKEN", "A field line starts with a colon; send name: value"),
    INVALID_NAME(
            400,
            "HPE_INVALID_HEADER_TOKEN",
            "A field name holds a byte that is no token character; use letters, digits and hyphens"),
    INVALID_VALUE(400, "HPE_INVALID_HEADER_TOKEN", "A field value holds a control byte; encode it"),
    HEADER_TOO_LARGE(
            431,
            "HPE_HEADER_OVERFLOW",
            "The header section is larger than maxHeaderBytes; send fewer fields or raise the limit"),
    TOO_MANY_FIELDS(
            431,
            "HPE_HEADER_OVERFLOW",
            "There are more field lines than maxHeaderLines; send fewer or raise the limit"),
    MISSING_HOST(
            400,
            "HPE_INVALID_HOST",
            "An HTTP/1.1 request needs a Host field; send Host: name[:port]"),
    REPEATED_HOST(400, "HPE_INVALID_HOST", "There is more than one Host field; send one"),
    INVALID_HOST(
            400,
            "HPE_INVALID_HOST",
            "The Host field is not name[:port]; send one name or address without path, user or spaces"),
    INVALID_CONTENT_LENGTH(
            400,
            "HPE_INVALID_CONTENT_LENGTH",
            "Content-Length is not a decimal number below 2^63; send digits only"),
    REPEATED_CONTENT_LENGTH(
            400,
            "HPE_UNEXPECTED_CONTENT_LENGTH",
            "There is more than one Content-Length field; send one"),
    LENGTH_AND_CODING(
            400,
            "HPE_UNEXPECTED_CONTENT_LENGTH",
            "Content-Length and Transfer-Encoding exclude each other; send one of them"),
    INVALID_TRANSFER_ENCODING(
            400,
            "HPE_INVALID_TRANSFER_ENCODING",
            "Transfer-Encoding is empty or malformed; send Transfer-Encoding: chunked"),
    REPEATED_CHUNKED(
            400,
            "HPE_INVALID_TRANSFER_ENCODING",
            "Transfer-Encoding names chunked twice; send it once"),
    CHUNKED_NOT_LAST(
            400,
            "HPE_INVALID_TRANSFER_ENCODING",
            "The last transfer coding is not chunked, so the body has no end; send chunked alone"),
    CODING_IN_HTTP_1_0(
            400,
            "HPE_INVALID_TRANSFER_ENCODING",
            "Transfer-Encoding does not exist in HTTP/1.0; send Content-Length or HTTP/1.1"),
    UNKNOWN_CODING(
            501,
            "HPE_INVALID_TRANSFER_ENCODING",
            "Only the transfer coding chunked is known here; send Transfer-Encoding: chunked"),
    BODY_TOO_LARGE(
            413,
            "HPE_BODY_OVERFLOW",
            "The body is larger than maxBodyBytes; send less or raise the limit"),
    INVALID_CHUNK_SIZE(
            400,
            "HPE_INVALID_CHUNK_SIZE",
            "A chunk size is not made of 1 to 16 hex digits below 2^63; send digits only"),
    INVALID_CHUNK_END(
            400,
            "HPE_STRICT",
            "A chunk line or chunk does not end with CR LF; its size may be wrong"),
    INVALID_CHUNK_EXTENSION(
            400,
            "HPE_INVALID_CHUNK_EXTENSION",
            "A chunk extension is not ;name or ;name=value; leave extensions out"),
    CHUNK_EXTENSIONS_TOO_LARGE(
            413,
            "HPE_CHUNK_EXTENSIONS_OVERFLOW",
            "The chunk extensions are larger than maxChunkExtensionBytes together; leave them out"),
    FORBIDDEN_TRAILER(
            400,
            "HPE_INVALID_TRAILER",
            "A field that frames, routes or authorises stands in the trailer; send it in the head"),
    INVALID_STATUS_LINE(
            502,
            "HPE_INVALID_CONSTANT",
            "The response does not start with HTTP/1.1 or HTTP/1.0, in capitals, and one space; this"
                    + " port may speak another protocol, TLS for instance"),
    INVALID_STATUS(
            502,
            "HPE_INVALID_STATUS",
            "The status is not three digits from 100 to 599 and one space; the server has to send"
                    + " the space also without a reason phrase"),
    INVALID_REASON(
            502,
            "HPE_INVALID_STATUS",
            "The reason phrase holds a control byte; the server must leave it out"),
    UNASKED_SWITCH(
            502,
            "HPE_INVALID_UPGRADE",
            "The response is 101 Switching Protocols, but no upgrade was asked for"),
    INTERIM_TOO_LARGE(
            502,
            "HPE_HEADER_OVERFLOW",
            "The heads of the interim responses (1xx) are larger than maxHeaderBytes together; the"
                    + " server must send the final one, or raise the limit");

    private final int status;
    private final String code;
    private final String text;

    ParseError(int status, String code, String text) {
        this.status = status;
        this.code = code;
        this.text = text;
    }

    /** The HTTP status of the response; the connection closes after it. */
    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public String text() {
        return text;
    }
}
