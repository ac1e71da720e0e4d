package dev.millrace.http.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes new messages from known ones, without a grammar: small damage at places that matter to
 * parsers, and messages cut and joined. The same seed gives the same messages.
 */
public final class RequestMutator {

    private static final byte[] MEANINGFUL =
            "\r\n\0 \t:;,=\"\\/#?@[]%+-0159afAFxX\u007f\u0080\u00ff\u000b"
                    .getBytes(StandardCharsets.ISO_8859_1);

    private static final List<byte[]> LINES =
            lines(
                    "Host: a",
                    "Host: b:80",
                    "Content-Length: 3",
                    "Content-Length: 0",
                    "Content-Length: 99999999999999999999",
                    "Transfer-Encoding: chunked",
                    "Transfer-Encoding: gzip, chunked",
                    "transfer-encoding:\tCHUNKED",
                    "Connection: close, upgrade",
                    "Upgrade: h2c",
                    "Expect: 100-continue",
                    "X-Long: 0123456789012345678901234567890123456789",
                    " folded",
                    "3;a=\"b\"",
                    "0");

    private final Random random;
    private final List<byte[]> corpus;

    public RequestMutator(long seed, List<byte[]> corpus) {
        this.random = new Random(seed);
        this.corpus = corpus;
    }

    /** One to four mutations of one message of the corpus. */
    public byte[] next() {
        byte[] message = pick(corpus);
        int mutations = 1 + random.nextInt(4);
        for (int i = 0; i < mutations; i++) {
            message = mutate(message);
        }
        return message;
    }

    /** Where to cut a message of this length; never at its ends if there is a choice. */
    public int cut(int length) {
        return length < 2 ? 1 : 1 + random.nextInt(length - 1);
    }

    private byte[] mutate(byte[] message) {
        int at = random.nextInt(message.length + 1);
        return switch (random.nextInt(9)) {
            case 0 -> replace(message, at, (byte) random.nextInt(256));
            case 1, 2 -> replace(message, at, meaningful());
            case 3 -> splice(message, at, at, new byte[] {meaningful()});
            case 4 -> splice(message, at, Math.min(message.length, at + 1 + random.nextInt(4)));
            case 5, 6 -> splice(message, lineStart(message, at), lineStart(message, at), line());
            case 7 -> {
                int end = Math.min(message.length, at + random.nextInt(40));
                yield splice(message, at, at, Arrays.copyOfRange(message, at, end));
            }
            default -> {
                byte[] other = pick(corpus);
                int from = random.nextInt(other.length + 1);
                byte[] tail = Arrays.copyOfRange(other, from, other.length);
                yield splice(message, at, random.nextBoolean() ? at : message.length, tail);
            }
        };
    }

    private byte meaningful() {
        return MEANINGFUL[random.nextInt(MEANINGFUL.length)];
    }

    private byte[] line() {
        return pick(LINES);
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static byte[] replace(byte[] message, int at, byte b) {
        byte[] changed = message.clone();
        if (at < changed.length) {
            changed[at] = b;
        }
        return changed;
    }

    private static int lineStart(byte[] message, int at) {
        int start = at;
        while (start > 0 && message[start - 1] != '\n') {
            start--;
        }
        return start;
    }

    private static byte[] splice(byte[] message, int from, int to, byte... between) {
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        changed.write(message, 0, from);
        changed.writeBytes(between);
        changed.write(message, to, message.length - to);
        return changed.toByteArray();
    }

    private static List<byte[]> lines(String... lines) {
        return Arrays.stream(lines)
                .map(line -> (line + "\r\n").getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }
}
