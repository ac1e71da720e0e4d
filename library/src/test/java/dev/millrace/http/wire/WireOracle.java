package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What has to hold of any bytes that the parsers get. Every method throws an {@link AssertionError}
 * if it does not.
 */
public final class WireOracle {
    private static final WireLimits LIMITS = RequestReplay.LIMITS;
    private static final List<String> EXPECTED =
            List.of("expect", "expect HEAD", "expect", "close");
    private static final String CHUNKED =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    private WireOracle() {}

    /** Cuts and pauses do not matter, and what is read is the same when it is written again. */
    public static void request(byte[] input) {
        RequestReplay.Outcome whole = RequestReplay.whole(LIMITS, input);
        require(whole, RequestReplay.pieces(LIMITS, input, 1), input);
        require(whole, RequestReplay.pausing(LIMITS, input, cut(input), input.length), input);
        new Collected(input).messages.forEach(WireOracle::requireSameWhenWrittenAgain);
    }

    /** As {@link #request}, to a GET, a HEAD and a GET. */
    public static void response(byte[] input) {
        ResponseReplay.Outcome whole = response(input, false, input.length);
        require(whole, response(input, false, 1), input);
        require(whole, response(input, true, cut(input), input.length), input);
    }

    private static ResponseReplay.Outcome response(byte[] input, boolean pausing, int... sizes) {
        return ResponseReplay.run(LIMITS, EXPECTED, input, pausing, sizes);
    }

    /** {@code input} behind a head: its data is what a plain decoder finds. */
    public static void chunked(byte[] input) {
        byte[] message = (CHUNKED + new String(input, ISO_8859_1)).getBytes(ISO_8859_1);
        request(message);
        List<Message> messages = new Collected(message).messages;
        if (!messages.isEmpty()) {
            String body = messages.getFirst().body.toString(ISO_8859_1);
            require(decoded(new String(input, ISO_8859_1)), body, message);
        }
    }

    private static String decoded(String chunks) {
        StringBuilder data = new StringBuilder();
        int at = 0;
        while (true) {
            int lineEnd = chunks.indexOf('\n', at);
            String size = chunks.substring(at, lineEnd - 1).split(";")[0];
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                return data.toString();
            }
            data.append(chunks, lineEnd + 1, lineEnd + 1 + length);
            at = lineEnd + 1 + length + 2;
        }
    }

    /** A host that the Host field may hold may be in a target, and the other way round. */
    public static void host(byte[] input) {
        String host = new String(input, ISO_8859_1);
        String line = "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        request(line.getBytes(ISO_8859_1));
        boolean isPlain =
                !host.isEmpty() && host.chars().noneMatch(c -> "/?# \t\r\n".indexOf(c) >= 0);
        if (isPlain) {
            String target = "GET http://" + host + "/ HTTP/1.1\r\nHost: a\r\n\r\n";
            require(isRead(line), isRead(target), input);
        }
        if (isPlain && isRead(line)) {
            boolean hasPort = host.matches(".*:[0-9]+");
            String port = hasPort ? "" : host.endsWith(":") ? "1" : ":1";
            require(isRead("CONNECT " + host + port + " HTTP/1.1\r\nHost: a\r\n\r\n"), true, input);
        }
    }

    private static boolean isRead(String text) {
        return RequestReplay.whole(LIMITS, text.getBytes(ISO_8859_1)).log().contains("end");
    }

    private static int cut(byte[] input) {
        return input.length == 0 ? 1 : 1 + (input[input.length / 2] & 0xff) % input.length;
    }

    private static void require(Object wanted, Object found, byte[] input) {
        if (!wanted.equals(found)) {
            String text = Escapes.write(new String(input, ISO_8859_1));
            throw new AssertionError(text + "\n  wanted " + wanted + "\n  found  " + found);
        }
    }

    private static void requireSameWhenWrittenAgain(Message message) {
        byte[] written = message.written();
        List<Message> again = new Collected(written).messages;
        require(
                List.of(message.comparable()),
                again.stream().map(Message::comparable).toList(),
                written);
    }

    /** One request that was read to its end. */
    private static final class Message {
        private String method = "";
        private String target = "";
        private final List<String> fields = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        private List<String> comparable() {
            List<String> all = new ArrayList<>(List.of(method, target));
            for (int at = 0; at < fields.size(); at += 2) {
                if (!isOfFraming(fields.get(at))) {
                    all.addAll(fields.subList(at, at + 2));
                }
            }
            all.add(body.toString(ISO_8859_1));
            return all;
        }

        private static boolean isOfFraming(String name) {
            return name.equalsIgnoreCase("Content-Length")
                    || name.equalsIgnoreCase("Transfer-Encoding")
                    || name.equalsIgnoreCase("Connection");
        }

        private byte[] written() {
            FieldsToSend sent = new FieldsToSend();
            for (int at = 0; at < fields.size(); at += 2) {
                if (!isOfFraming(fields.get(at))) {
                    sent.add(fields.get(at), fields.get(at + 1));
                }
            }
            HeadWriter writer = new HeadWriter();
            writer.begin(new RequestLine(method, target), sent);
            writer.contentLength(body.size());
            writer.end();
            writer.append(body.toByteArray());
            return Arrays.copyOf(writer.array(), writer.length());
        }
    }

    /** The requests of HTTP/1.1 in an input; without Host others could not be sent again. */
    private static final class Collected implements RequestEvents {
        private final List<Message> messages = new ArrayList<>();
        private Message message = new Message();
        private boolean isSent;

        Collected(byte[] input) {
            new RequestParser(LIMITS).parse(input.clone(), 0, input.length, this);
        }

        @Override
        public void onMessageBegin() {
            message = new Message();
        }

        @Override
        public void onHead(RequestParser head) {
            byte[] array = head.headArray();
            message.method = text(array, head.headStart(), head.methodEnd());
            message.target = text(array, head.targetStart(), head.targetEnd());
            int at = head.fieldsStart();
            for (; !FieldsReceived.isEnd(array, at); at = FieldsReceived.next(array, at)) {
                message.fields.add(FieldsReceived.name(array, at));
                message.fields.add(FieldsReceived.value(array, at));
            }
            isSent = head.minorVersion() == 1;
        }

        private static String text(byte[] array, int from, int end) {
            return new String(array, from, end - from, ISO_8859_1);
        }

        @Override
        public void onBody(byte[] array, int offset, int length) {
            message.body.write(array, offset, length);
        }

        @Override
        public void onTrailers(byte[] array, int start, int end) {}

        @Override
        public void onMessageEnd() {
            if (isSent) {
                messages.add(message);
            }
        }
    }
}
