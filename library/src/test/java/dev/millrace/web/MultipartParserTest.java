package dev.millrace.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parser's samples, whole, cut at every place, in pieces of each size, and stopped often. */
class MultipartParserTest {
    private static final int MAX_HEAD_BYTES = 40;

    record Sample(String name, byte[] body, List<String> events) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Sample> samples() throws IOException {
        try (InputStream in = MultipartParserTest.class.getResourceAsStream("/web/multipart.txt")) {
            List<Sample> found = new ArrayList<>();
            String[] texts = new String(in.readAllBytes(), ISO_8859_1).split("(?m)^== ");
            for (String text : Arrays.asList(texts).subList(1, texts.length)) {
                List<String> lines = List.of(text.split("\n"));
                StringBuilder body = new StringBuilder();
                List<String> events = new ArrayList<>();
                for (String line : lines.subList(1, lines.size())) {
                    if (line.startsWith("body: ")) {
                        body.append(line.substring(6));
                    } else if (!line.isEmpty()) {
                        events.add(line);
                    }
                }
                byte[] bytes = body.toString().translateEscapes().getBytes(ISO_8859_1);
                found.add(new Sample(lines.getFirst(), bytes, events));
            }
            return found;
        }
    }

    /** What is told, with the pieces of one content put together. */
    private static final class Told implements MultipartParser.Events {
        final List<String> lines = new ArrayList<>();
        private final StringBuilder data = new StringBuilder();
        private final MultipartParser parser = new MultipartParser("b", MAX_HEAD_BYTES);
        private final boolean isStopping;

        Told(boolean isStopping) {
            this.isStopping = isStopping;
        }

        void parse(byte[] bytes, int from, int end) {
            // Elsewhere in a larger array, as the loop's is.
            byte[] array = new byte[end - from + 10];
            Arrays.fill(array, (byte) '\r');
            System.arraycopy(bytes, from, array, 5, end - from);
            int at = 5;
            while (at < 5 + end - from && parser.error() == null) {
                int next = parser.parse(array, at, 5 + end - from, this);
                assertThat(next).isGreaterThan(at);
                at = next;
            }
        }

        List<String> over() {
            flush();
            String error = parser.error();
            if (error != null) {
                lines.add("error " + error);
            } else {
                lines.add(parser.isComplete() ? "complete" : "incomplete");
            }
            return lines;
        }

        private void flush() {
            if (!data.isEmpty()) {
                lines.add("data " + shown(data.toString()));
                data.setLength(0);
            }
        }

        private static String shown(String text) {
            return text.replace("\r", "\\r").replace("\n", "\\n");
        }

        private void stop() {
            if (isStopping) {
                parser.stop();
            }
        }

        @Override
        public void onHead(byte[] head) {
            lines.add("head " + shown(new String(head, ISO_8859_1)));
            stop();
        }

        @Override
        public void onData(byte[] array, int offset, int length) {
            assertThat(length).isPositive();
            data.append(new String(array, offset, length, ISO_8859_1));
            stop();
        }

        @Override
        public void onPartEnd() {
            flush();
            lines.add("end");
            stop();
        }
    }

    private static List<String> told(Sample sample, boolean isStopping, int... cuts) {
        Told told = new Told(isStopping);
        int from = 0;
        for (int cut : cuts) {
            told.parse(sample.body, from, cut);
            from = cut;
        }
        told.parse(sample.body, from, sample.body.length);
        return told.over();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void whole(Sample sample) {
        assertThat(told(sample, false)).isEqualTo(sample.events);
        assertThat(told(sample, true)).isEqualTo(sample.events);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void cutAtEveryTwoPlaces(Sample sample) {
        for (int one = 0; one <= sample.body.length; one++) {
            for (int two = one; two <= sample.body.length; two++) {
                assertThat(told(sample, (one + two) % 2 == 0, one, two))
                        .as("cut at %d and %d", one, two)
                        .isEqualTo(sample.events);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void inPieces(Sample sample) {
        for (int size = 1; size < 8; size++) {
            Told told = new Told(size % 2 == 0);
            for (int from = 0; from < sample.body.length; from += size) {
                told.parse(sample.body, from, Math.min(sample.body.length, from + size));
            }
            assertThat(told.over()).as("pieces of %d", size).isEqualTo(sample.events);
        }
    }
}
