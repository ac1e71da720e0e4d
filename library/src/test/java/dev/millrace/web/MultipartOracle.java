package dev.millrace.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has to hold of any body that the parser of {@code multipart} gets, with the boundary b. */
public final class MultipartOracle {
    private static final int MAX_HEAD_BYTES = 40;
    private static final int[] PIECES = {1, 2, 3, 5, 16};
    private static final String DASHES = "--b";
    private static final String DELIMITER = "\r\n" + DASHES;

    private MultipartOracle() {}

    /** The parser's samples, and where each may be broken off. */
    public static List<byte[]> seeds() {
        try {
            List<byte[]> seeds = new ArrayList<>();
            for (MultipartParserTest.Sample sample : MultipartParserTest.samples()) {
                String body = new String(sample.body(), ISO_8859_1);
                for (int end = body.length(); end >= 0; end -= 1 + body.length() / 8) {
                    seeds.add(body.substring(0, end).getBytes(ISO_8859_1));
                }
            }
            return seeds;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Cuts and stops do not matter, and the parts are what a plain search finds. */
    public static void check(byte[] input) {
        Read whole = new Read(false).of(input, Math.max(1, input.length));
        for (int size : PIECES) {
            require(whole.text(), new Read(false).of(input, size).text(), input);
            require(whole.text(), new Read(true).of(input, size).text(), input);
        }
        Searched searched = new Searched(new String(input, ISO_8859_1));
        require(searched.told.toString(), whole.told.toString(), input);
        require(searched.end, whole.end(), input);
        // What is held back may be the beginning of a delimiter, and no more.
        String open = whole.data.toString();
        boolean isHeld =
                searched.open.startsWith(open)
                        && DELIMITER.startsWith(searched.open.substring(open.length()));
        require(
                "beginning of " + searched.open,
                isHeld ? "beginning of " + searched.open : open,
                input);
    }

    private static void require(String expected, String found, byte[] input) {
        if (!expected.equals(found)) {
            throw new AssertionError(
                    "of " + new String(input, ISO_8859_1) + "\nnot " + expected + "\nbut " + found);
        }
    }

    /** By the parser. */
    private static final class Read implements MultipartParser.Events {
        private final MultipartParser parser = new MultipartParser("b", MAX_HEAD_BYTES);
        private final boolean isStopping;
        private final StringBuilder told = new StringBuilder();
        private final StringBuilder data = new StringBuilder();

        Read(boolean isStopping) {
            this.isStopping = isStopping;
        }

        Read of(byte[] input, int size) {
            for (int from = 0; from < input.length && parser.error() == null; from += size) {
                int end = Math.min(input.length, from + size);
                for (int at = from; at < end && parser.error() == null; ) {
                    int next = parser.parse(input, at, end, this);
                    if (next <= at) {
                        throw new AssertionError("it does not go on at " + at);
                    }
                    at = next;
                }
            }
            return this;
        }

        String end() {
            String error = parser.error();
            return error != null
                    ? (parser.isHeadTooLong() ? "head too long" : "error")
                    : parser.isComplete() ? "complete" : "incomplete";
        }

        String text() {
            return told + "data " + data + "\n" + end() + " " + parser.error();
        }

        private void stop() {
            if (isStopping) {
                parser.stop();
            }
        }

        @Override
        public void onHead(byte[] head) {
            told.append("head ").append(new String(head, ISO_8859_1)).append('\n');
            stop();
        }

        @Override
        public void onData(byte[] array, int offset, int length) {
            if (length <= 0) {
                throw new AssertionError("no data is told");
            }
            data.append(new String(array, offset, length, ISO_8859_1));
            stop();
        }

        @Override
        public void onPartEnd() {
            told.append("part ").append(data).append('\n');
            data.setLength(0);
            stop();
        }
    }

    /** By searching the whole of it. */
    private static final class Searched {
        private final StringBuilder told = new StringBuilder();

        /** Of a part without an end. */
        private String open = "";

        private final String end;

        Searched(String body) {
            String at = body;
            @Nullable String over = begins(at, DASHES);
            while (over == null) {
                at = at.substring(DASHES.length());
                over = at.startsWith("--") ? closed(at.substring(2)) : part(at);
                if (over == null) {
                    // From the empty line on.
                    at = at.substring(headLength(at.substring(2)));
                    int next = at.indexOf(DELIMITER);
                    told.append("part ").append(at, Math.min(2, next), next).append('\n');
                    at = at.substring(next + 2);
                }
            }
            end = over;
        }

        /** Null if {@code text} begins with {@code wanted}. */
        private static @Nullable String begins(String text, String wanted) {
            if (text.startsWith(wanted)) {
                return null;
            }
            return wanted.startsWith(text) ? "incomplete" : "error";
        }

        private static String closed(String rest) {
            return rest.isEmpty() || rest.equals("\r\n")
                    ? "complete"
                    : rest.equals("\r") ? "incomplete" : "error";
        }

        /** Null if another delimiter follows the part. */
        private @Nullable String part(String text) {
            if (text.equals("-")) {
                return "incomplete";
            }
            String over = begins(text, "\r\n");
            if (over != null) {
                return over;
            }
            String head = text.substring(2);
            int length = headLength(head);
            if (length < 0 || length > MAX_HEAD_BYTES) {
                return head.length() >= MAX_HEAD_BYTES ? "head too long" : "incomplete";
            }
            told.append("head ").append(head, 0, length - 2).append('\n');
            // The empty line may be the one that the delimiter begins with.
            if (head.indexOf(DELIMITER, length - 2) >= 0) {
                return null;
            }
            open = head.substring(length);
            String withLine = head.substring(length - 2);
            if (DELIMITER.startsWith(withLine)) {
                open = "";
            }
            return "incomplete";
        }

        /** With the empty line; -1 if that is missing. */
        private static int headLength(String head) {
            if (head.startsWith("\r\n")) {
                return 2;
            }
            int at = head.indexOf("\r\n\r\n");
            return at < 0 ? -1 : at + 4;
        }
    }
}
