package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.testing.Choices;
import java.util.ArrayList;
import java.util.List;

/** A message that was made from choices, and what a reader has to tell of it. */
record MadeMessage(String text, List<String> log) {
    static final String TOKEN =
            "aZ09bcdefghijklmnopqrstuvwxyABCDEFGHIJKLMNOPQRSTUVWXY!#$%&'*+-.^_`|~";
    private static final String TARGET = "abcxyzABC0189-._~!$&'()*+,;=:@/?%\"<>[\\]^`{|}";
    private static final String NAME = "abcxyzABC0189-._~!$&'()*+;=";
    private static final String VALUE = valueCharacters();

    byte[] bytes() {
        return text.getBytes(ISO_8859_1);
    }

    MadeMessage and(MadeMessage next) {
        List<String> both = new ArrayList<>(log);
        both.addAll(next.log);
        return new MadeMessage(text + next.text, both);
    }

    private static String valueCharacters() {
        StringBuilder all = new StringBuilder("x \t");
        for (char c = 0x21; c <= 0xff; c++) {
            all.append(c == 0x7f ? "" : String.valueOf(c));
        }
        return all.toString();
    }

    static String token(Choices choices) {
        return choices.text(TOKEN, 1, 12);
    }

    /** A name of no field that means something here. */
    static String name(Choices choices) {
        return "X" + choices.text(TOKEN, 0, 12) + "~";
    }

    static String value(Choices choices) {
        return choices.text(VALUE, 0, choices.oneIn(8) ? 200 : 12);
    }

    static String target(Choices choices) {
        return "/" + choices.text(TARGET, 0, choices.oneIn(8) ? 200 : 20);
    }

    static String host(Choices choices) {
        String host =
                choices.oneIn(4)
                        ? choices.of("[::1]", "[1:2:3:4:5:6:7:8]", "[::ffff:1.2.3.4]", "[1::]")
                        : choices.text(NAME, 1, 12) + choices.of("", "%41", ".");
        return host + choices.of("", ":80", ":", ":65535");
    }

    private static String blank(Choices choices) {
        return choices.of(" ", "", "\t", "  ", " \t ");
    }

    private static String mixed(Choices choices, String name) {
        return choices.of(name, name.toLowerCase(), name.toUpperCase());
    }

    static String field(Choices choices, String name, String value) {
        return mixed(choices, name)
                + ":"
                + blank(choices)
                + value
                + blank(choices).strip()
                + "\r\n";
    }

    private static List<String> otherFields(Choices choices) {
        List<String> fields = new ArrayList<>();
        for (int left = choices.below(5); left > 0; left--) {
            fields.add(name(choices) + ":" + blank(choices) + value(choices) + "\r\n");
        }
        return fields;
    }

    static String extension(Choices choices) {
        return switch (choices.below(6)) {
            case 4 -> ";" + token(choices) + blank(choices) + "=" + blank(choices) + token(choices);
            case 5 -> "; a=\"" + choices.of("", "b", "\\\"", " ;=", "\\\\") + "\"";
            case 3 -> ";" + token(choices);
            default -> "";
        };
    }

    /** {@code data} in chunks, without the trailer. */
    static String chunks(Choices choices, String data) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < data.length(); ) {
            int length = choices.between(1, data.length() - at);
            String size = choices.of("", "0", "000") + Integer.toHexString(length);
            text.append(choices.of(size, size.toUpperCase()));
            text.append(extension(choices)).append("\r\n");
            text.append(data, at, at + length).append("\r\n");
            at += length;
        }
        return text.append(choices.of("0", "00")).append(extension(choices)) + "\r\n";
    }

    private static String data(Choices choices) {
        return new String(choices.bytes(0, choices.oneIn(8) ? 300 : 20), ISO_8859_1);
    }

    /** Body and framing of a message: appends to the fields, the flags and the log behind. */
    private record Body(String field, String flags, String text, List<String> log) {}

    private static Body body(Choices choices, boolean mayBeChunked) {
        String data = choices.oneIn(2) ? data(choices) : "";
        List<String> log = new ArrayList<>();
        if (!data.isEmpty()) {
            log.add("body " + Escapes.write(data));
        }
        if (mayBeChunked && choices.oneIn(2)) {
            String trailer = choices.oneIn(3) ? name(choices) + ": y\r\n\r\n" : "";
            if (!trailer.isEmpty()) {
                log.add("trailers " + Escapes.write(trailer));
            }
            String text = chunks(choices, data) + (trailer.isEmpty() ? "\r\n" : trailer);
            return new Body(field(choices, "Transfer-Encoding", "chunked"), "chunked", text, log);
        }
        String length = "" + data.length();
        String field = field(choices, "Content-Length", choices.of("", "00") + length);
        return new Body(field, "length=" + length, data, log);
    }

    static MadeMessage request(Choices choices) {
        String method = choices.of("GET", "POST", "X" + token(choices));
        String target = target(choices);
        int minor = choices.of(1, 1, 1, 0, 7);
        boolean is11 = minor > 0;
        String host = host(choices);
        List<String> fields = otherFields(choices);
        fields.add(field(choices, "Host", host));
        Body body = choices.oneIn(2) ? body(choices, is11) : new Body("", "", "", List.of());
        boolean isClose = choices.oneIn(4);
        boolean isContinue = choices.oneIn(6);
        add(choices, fields, body.field);
        add(choices, fields, isClose ? field(choices, "Connection", "x, close") : "");
        add(choices, fields, isContinue ? field(choices, "Expect", "100-continue") : "");
        String line = method + " " + target + " 1." + (is11 ? 1 : 0);
        String head = "head " + line + " for=" + host + " fields=" + fields.size();
        head += body.flags.isEmpty() ? "" : " " + body.flags;
        head += (isClose || !is11 ? " close" : "") + (isContinue && is11 ? " continue" : "");
        List<String> log = new ArrayList<>(List.of("begin", head));
        log.addAll(body.log);
        log.add("end");
        String start = method + " " + target + " HTTP/1." + minor + "\r\n";
        return new MadeMessage(start + String.join("", fields) + "\r\n" + body.text, log);
    }

    private static void add(Choices choices, List<String> fields, String field) {
        if (!field.isEmpty()) {
            fields.add(choices.below(fields.size() + 1), field);
        }
    }

    /** With interim ones before it, to a request that was no HEAD; it does not need the close. */
    static MadeMessage response(Choices choices) {
        StringBuilder text = new StringBuilder();
        List<String> log = new ArrayList<>(List.of("expect"));
        for (int left = choices.below(3); left > 0; left--) {
            int status = choices.of(100, 102, 103, 199);
            text.append("HTTP/1.1 ").append(status).append(" x\r\n\r\n");
            log.add("interim " + status + " 'x' 1.1 fields=0");
        }
        int status = choices.between(205, 599);
        String reason = value(choices);
        int minor = choices.of(1, 1, 1, 0, 7);
        List<String> fields = otherFields(choices);
        boolean isBodiless = choices.oneIn(4);
        status = isBodiless ? choices.of(204, 304) : status == 304 ? 305 : status;
        Body body = isBodiless ? new Body("", "", "", List.of()) : body(choices, minor > 0);
        add(choices, fields, body.field);
        boolean isClose = choices.oneIn(4);
        add(choices, fields, isClose ? field(choices, "Connection", "close") : "");
        text.append("HTTP/1.%d %d %s\r\n".formatted(minor, status, reason));
        text.append(String.join("", fields)).append("\r\n").append(body.text);
        String framing =
                switch (body.flags) {
                    case "" -> " NONE";
                    case "length=0" -> " length=0 NONE";
                    case "chunked" -> " CHUNKED";
                    default -> " " + body.flags + " LENGTH";
                };
        log.add(
                "head %d '%s' 1.%d fields=%d%s%s"
                        .formatted(
                                status,
                                Escapes.write(reason),
                                Math.min(minor, 1),
                                fields.size(),
                                framing,
                                isClose || minor == 0 ? " close" : ""));
        log.addAll(body.log);
        log.add("end");
        return new MadeMessage(text.toString(), log);
    }
}
