package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written is read back as it was meant. */
class HeadWriterPropertiesTest {

    private static List<String[]> lines(Choices choices) {
        List<String[]> lines = new ArrayList<>();
        for (int left = choices.below(6); left > 0; left--) {
            lines.add(new String[] {MadeMessage.name(choices), MadeMessage.value(choices).strip()});
        }
        return lines;
    }

    private static FieldsToSend fields(List<String[]> lines) {
        FieldsToSend fields = new FieldsToSend();
        lines.forEach(line -> fields.add(line[0], line[1]));
        return fields;
    }

    private static byte[] written(HeadWriter writer) {
        return Arrays.copyOf(writer.array(), writer.length());
    }

    private static List<String> read(byte[] array, int fieldsStart) {
        List<String> read = new ArrayList<>();
        int at = fieldsStart;
        for (; !FieldsReceived.isEnd(array, at); at = FieldsReceived.next(array, at)) {
            read.add(FieldsReceived.name(array, at) + "=" + FieldsReceived.value(array, at));
        }
        return read;
    }

    private static List<String> texts(List<String[]> lines) {
        return lines.stream()
                .map(line -> line[0] + "=" + line[1].replaceAll("^[ \t]+|[ \t]+$", ""))
                .toList();
    }

    @Test
    void aRequestHeadIsReadBack() {
        Property.verify(choices -> {
            List<String[]> lines = lines(choices);
            String method = MadeMessage.token(choices);
            String target = MadeMessage.target(choices);
            lines.addFirst(new String[] {"Host", MadeMessage.host(choices)});
            HeadWriter writer = new HeadWriter();
            writer.begin(new RequestLine("X" + method, target), fields(lines));
            writer.end();
            byte[] head = written(writer);
            RequestParser parser = new RequestParser(RequestReplay.LIMITS);
            RequestLog log = new RequestLog(parser, event -> false);
            assertThat(parser.parse(head, 0, head.length, log)).isEqualTo(head.length);
            assertThat(log.lines()).hasSize(3).endsWith("end");
            assertThat(log.lines().get(1))
                    .startsWith("head X" + method + " " + target + " 1.1 for=");
            assertThat(read(head, parser.fieldsStart())).isEqualTo(texts(lines));
        });
    }

    @Test
    void aResponseHeadIsReadBack() {
        Property.verify(choices -> {
            List<String[]> lines = lines(choices);
            int status = choices.between(200, 599);
            String reason = MadeMessage.value(choices);
            HeadWriter writer = new HeadWriter();
            StatusLine line =
                    choices.oneIn(2) ? StatusLine.of(status) : StatusLine.of(status, reason);
            writer.begin(line, fields(lines));
            writer.contentLength(0);
            writer.end();
            byte[] head = written(writer);
            ResponseReplay.Outcome read =
                    ResponseReplay.run(
                            RequestReplay.LIMITS, List.of("expect"), head, false, head.length);
            assertThat(read.log()).hasSize(3).endsWith("end");
            String wanted =
                    "head " + status + " '" + Escapes.write(line.reason()) + "' 1.1 fields=";
            assertThat(read.log().get(1)).startsWith(wanted + (lines.size() + 1));
            int start = new String(head, ISO_8859_1).indexOf("\r\n") + 2;
            assertThat(read(head, start).subList(0, lines.size())).isEqualTo(texts(lines));
        });
    }

    @Test
    void aBodyOfAnyLengthIsReadBack() {
        Property.verify(choices -> {
            byte[] body = choices.bytes(0, 2000);
            HeadWriter writer = new HeadWriter();
            for (int i = choices.below(3); i >= 0; i--) {
                writer.begin(new RequestLine("PUT", "/"), fields(lines(choices)));
            }
            writer.append("Host: a\r\n".getBytes(ISO_8859_1));
            writer.contentLength(body.length);
            writer.end();
            writer.append(body);
            List<String> log = RequestReplay.whole(RequestReplay.LIMITS, written(writer)).log();
            String text = Escapes.write(new String(body, ISO_8859_1));
            assertThat(log.get(1)).endsWith("length=" + body.length);
            assertThat(log).endsWith("end");
            assertThat(log.contains("body " + text)).isEqualTo(body.length > 0);
        });
    }

    @Test
    void everyLengthIsWrittenInDecimalDigits() {
        Property.verify(choices -> {
            long count = (long) choices.below(Integer.MAX_VALUE) << choices.below(32);
            count = Math.max(0, count - choices.below(2));
            HeadWriter writer = new HeadWriter();
            writer.begin(StatusLine.of(200), null);
            writer.contentLength(count);
            assertThat(new String(written(writer), ISO_8859_1))
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: " + count + "\r\n");
        });
    }

    @Test
    void aNameOrValueIsRefusedExactlyIfItCouldNotBeRead() {
        Property.verify(choices -> {
            String name =
                    choices.oneIn(2)
                            ? "X"
                            : MadeMessage.name(choices) + choices.of("", "\u00e9", " ", "(");
            String value = MadeMessage.value(choices) + (char) choices.below(256) + "x";
            String text = "GET / HTTP/1.1\r\nHost: a\r\n" + name + ": " + value + "\r\n\r\n";
            byte[] input = text.getBytes(ISO_8859_1);
            List<String> log = RequestReplay.whole(RequestReplay.LIMITS, input).log();
            boolean isRefused;
            try {
                new FieldsToSend().add(name, value);
                isRefused = false;
            } catch (IllegalArgumentException e) {
                isRefused = true;
            }
            assertThat(isRefused).as(Escapes.write(text)).isNotEqualTo(log.contains("end"));
        });
    }

    @Test
    void fieldsAreThoseThatWereSetAndAddedAndNotRemoved() {
        Property.verify(choices -> {
            FieldsToSend fields = new FieldsToSend();
            List<String> model = new ArrayList<>();
            for (int left = choices.below(12); left > 0; left--) {
                String name = choices.of("a", "b", "A", "Date", "Connection");
                String value = "" + choices.below(5);
                int step = choices.below(3);
                if (step != 0) {
                    drop(model, name);
                }
                switch (step) {
                    case 0 -> fields.add(name, value);
                    case 1 -> fields.set(name, value);
                    default -> fields.remove(name);
                }
                if (step != 2) {
                    model.addAll(List.of(name, value));
                }
                assertThat(fields.isRemoved(name.toUpperCase())).isEqualTo(step == 2);
            }
            assertThat(fields.count()).isEqualTo(model.size() / 2);
            for (int at = 0; at < fields.count(); at++) {
                assertThat(fields.name(at)).isEqualTo(model.get(2 * at));
                assertThat(fields.value(at)).isEqualTo(model.get(2 * at + 1));
            }
            assertThat(fields.hasDate()).isEqualTo(model.contains("Date"));
        });
    }

    private static void drop(List<String> model, String name) {
        for (int at = model.size() - 2; at >= 0; at -= 2) {
            if (model.get(at).equalsIgnoreCase(name)) {
                model.subList(at, at + 2).clear();
            }
        }
    }

    @Test
    void decodingUndoesPercentEncoding() {
        Property.verify(choices -> {
            String text = choices.text("abc/ %?\u00fc\u20ac\u0001\ud7ff", 0, 20);
            String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
            assertThat(RequestTarget.decode(encoded)).contains(text);
            assertThat(RequestTarget.decode(encoded.toLowerCase())).contains(text.toLowerCase());
        });
    }
}
