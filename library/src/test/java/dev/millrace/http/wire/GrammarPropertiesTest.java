package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each part of a message is read exactly if the grammar of the RFC, as a pattern, matches it. */
class GrammarPropertiesTest {
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private static final String H16 = "[0-9A-Fa-f]{1,4}";
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])";
    private static final String IPV4 = OCTET + "(\\." + OCTET + "){3}";
    private static final String LS32 = "(" + H16 + ":" + H16 + "|" + IPV4 + ")";

    /** RFC 3986 section 3.2.2, alternative by alternative. */
    private static final String IPV6 =
            String.join(
                    "|",
                    "(H:){6}L",
                    "::(H:){5}L",
                    "(H)?::(H:){4}L",
                    "((H:){0,1}H)?::(H:){3}L",
                    "((H:){0,2}H)?::(H:){2}L",
                    "((H:){0,3}H)?::H:L",
                    "((H:){0,4}H)?::L",
                    "((H:){0,5}H)?::H",
                    "((H:){0,6}H)?::");

    private static final Pattern HOST =
            Pattern.compile(
                    "(\\[("
                            + IPV6.replace("H", H16).replace("L", LS32)
                            + ")]|([A-Za-z0-9\\-._~!$&'()*+;=]|%[0-9A-Fa-f]{2})+)(:(?<port>[0-9]*))?");

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+\\-.^_`|~0-9A-Za-z]+");
    private static final Pattern VALUE = Pattern.compile("[\t\\x20-\\x7e\\x80-\\xff]*");
    private static final Pattern TARGET = Pattern.compile("/[\\x21-\\x22\\x24-\\x7e]*");
    private static final Pattern QUOTED =
            Pattern.compile(
                    "\"([\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\t\\x20-\\x7e\\x80-\\xff])*\"");
    private static final Pattern EXTENSIONS =
            Pattern.compile(
                    "(;[ \t]*T([ \t]*=[ \t]*(T|Q))?)*"
                            .replace("T", TOKEN.pattern())
                            .replace("Q", QUOTED.pattern()));

    private static void verifyPart(
            Function<Choices, String> part,
            Predicate<String> grammar,
            String before,
            String behind) {
        int[] matched = {0, 0};
        Property.verify(choices -> {
            String text = part.apply(choices);
            byte[] input = (before + text + behind).getBytes(ISO_8859_1);
            boolean isRead = RequestReplay.whole(RequestReplay.LIMITS, input).log().contains("end");
            assertThat(isRead).as(Escapes.write(text)).isEqualTo(grammar.test(text));
            matched[isRead ? 1 : 0]++;
        });
        // A property of one half only proves nothing.
        assertThat(matched[0] > 0 && matched[1] > 0 || matched[0] + matched[1] < 100).isTrue();
    }

    private static String oneByteOff(Choices choices, String text) {
        if (choices.oneIn(2)) {
            int at = choices.below(text.length() + 1);
            int to = Math.min(text.length(), at + choices.below(2));
            return text.substring(0, at) + (char) choices.below(256) + text.substring(to);
        }
        return text;
    }

    @Test
    void methods() {
        verifyPart(
                choices -> oneByteOff(choices, "X" + MadeMessage.token(choices)),
                method -> TOKEN.matcher(method).matches(),
                "",
                " / HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    @Test
    void targets() {
        verifyPart(
                choices -> oneByteOff(choices, MadeMessage.target(choices)),
                target -> TARGET.matcher(target).matches(),
                "GET ",
                " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    @Test
    void names() {
        verifyPart(
                choices -> oneByteOff(choices, MadeMessage.name(choices)),
                name -> TOKEN.matcher(name).matches() || isNameAndValue(name),
                "GET / HTTP/1.1\r\nHost: a\r\n",
                ": y\r\n\r\n");
    }

    private static boolean isNameAndValue(String text) {
        int colon = text.indexOf(':');
        return colon > 0
                && TOKEN.matcher(text.substring(0, colon)).matches()
                && VALUE.matcher(text.substring(colon)).matches();
    }

    @Test
    void values() {
        verifyPart(
                choices -> oneByteOff(choices, MadeMessage.value(choices)),
                value -> VALUE.matcher(value).matches(),
                "GET / HTTP/1.1\r\nHost: a\r\nX: ",
                "\r\n\r\n");
    }

    private static boolean isHost(String text, boolean mayBeEmpty, boolean isPortRequired) {
        if (text.isEmpty()) {
            return mayBeEmpty;
        }
        var match = HOST.matcher(text);
        if (!match.matches()) {
            return false;
        }
        String port = match.group("port");
        return port == null || port.isEmpty()
                ? !isPortRequired
                : new BigInteger(port).compareTo(BigInteger.valueOf(65535)) <= 0;
    }

    private static String hostLike(Choices choices) {
        if (choices.oneIn(3)) {
            return oneByteOff(choices, MadeMessage.host(choices));
        }
        String text = choices.text("1:a::[]f.2", 0, 22);
        return choices.oneIn(2) ? "[" + text + "]" : text;
    }

    @Test
    void hosts() {
        verifyPart(
                GrammarPropertiesTest::hostLike,
                host -> isHost(host.replaceAll("^[ \t]+|[ \t]+$", ""), true, false),
                "GET / HTTP/1.1\r\nHost: ",
                "\r\n\r\n");
    }

    @Test
    void ipv6Addresses() {
        verifyPart(
                choices -> {
                    StringBuilder text = new StringBuilder("[");
                    int gap = choices.below(9);
                    for (int at = 0; at < choices.between(0, 8); at++) {
                        text.append(at == gap ? "::" : at == 0 ? "" : ":")
                                .append(choices.of("1", "abcd"));
                    }
                    return text + choices.of("", ":1.2.3.4", "::", "::1", ":1", ":256.1.1.1") + "]";
                },
                host -> isHost(host, true, false),
                "GET / HTTP/1.1\r\nHost: ",
                "\r\n\r\n");
    }

    @Test
    void authoritiesOfConnect() {
        verifyPart(
                choices -> hostLike(choices) + choices.of(":1", "", ":65536", ":0"),
                host -> isHost(host, false, true),
                "CONNECT ",
                " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    @Test
    void lengths() {
        verifyPart(
                choices -> oneByteOff(choices, choices.text("0", 0, 25) + choices.of("", "0")),
                text -> {
                    String length = text.replaceAll("^[ \t]+|[ \t]+$", "");
                    return length.matches("0+");
                },
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ",
                "\r\n\r\n");
    }

    /** Large ones: the body does not come, so that only the head can be read. */
    @Test
    void largeLengthsAreBelow2To63() {
        Property.verify(choices -> {
            String digits = choices.text("9012345678", 15, 22);
            String text = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: " + digits + "\r\n\r\n";
            var log = RequestReplay.whole(RequestReplay.LIMITS, text.getBytes(ISO_8859_1)).log();
            boolean isRead = new BigInteger(digits).compareTo(MAX) <= 0;
            assertThat(log.getLast().startsWith("head ")).as(digits).isEqualTo(isRead);
            if (isRead) {
                assertThat(log.getLast()).endsWith("length=" + new BigInteger(digits));
            }
        });
    }

    @Test
    void chunkSizes() {
        Property.verify(choices -> {
            String size = oneByteOff(choices, choices.text("7f0a18F9", 1, 18));
            String text =
                    "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + size
                            + "\r\n";
            var log = RequestReplay.whole(RequestReplay.LIMITS, text.getBytes(ISO_8859_1)).log();
            boolean isRight =
                    size.matches("(?s)[0-9A-Fa-f]{1,16}(;.*)?")
                            && EXTENSIONS.matcher(size.replaceAll("^[0-9A-Fa-f]+", "")).matches()
                            && new BigInteger(size.split(";")[0], 16).compareTo(MAX) <= 0;
            assertThat(!log.getLast().startsWith("error")).as(size).isEqualTo(isRight);
        });
    }

    @Test
    void chunkExtensions() {
        verifyPart(
                choices -> {
                    String some = MadeMessage.extension(choices) + MadeMessage.extension(choices);
                    return oneByteOff(choices, some);
                },
                text -> EXTENSIONS.matcher(text.replaceFirst("^0+", "")).matches(),
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0",
                "\r\n\r\n");
    }

    @Test
    void statuses() {
        Property.verify(choices -> {
            String status = oneByteOff(choices, "" + choices.between(0, 700));
            String text = "HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\n\r\n";
            var log =
                    ResponseReplay.run(
                                    RequestReplay.LIMITS,
                                    List.of("expect"),
                                    text.getBytes(ISO_8859_1),
                                    false,
                                    text.length())
                            .log();
            boolean isRight = status.matches("[1-5][0-9][0-9]") && !status.startsWith("101");
            if (status.length() == 3) {
                assertThat(!log.getLast().startsWith("error")).as(status).isEqualTo(isRight);
            }
        });
    }
}
