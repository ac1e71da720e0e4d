package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8259, and nothing besides. */
class JsonTextTest {
    private static final Set<String> WANTED = Set.of("cmd", "msg");

    private static Map<String, String> members(String text) {
        return JsonText.members(text, WANTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " [ ] ",
                "0",
                "-0",
                "-0.5e+10",
                "1E5",
                "10.25",
                "true",
                "false",
                "null",
                "\"\"",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\uD83D\"",
                "\"\u00e4 \ud83d\ude00 \u007f\"",
                "[1,[2,{\"a\":[]}],{}]",
                "\t{ \"a\" :\r\n1 , \"b\":[ true ,null] }\n"
            })
    void whatIsJsonIsRead(String text) {
        assertThat(members(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "{]",
                "[}",
                "[1}",
                "{\"a\":1]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\" 1}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1,}",
                "{,}",
                "[1,]",
                "[,1]",
                "[1 2]",
                "1 2",
                "{} {}",
            })
    void whatIsWronglyNestedIsRefusedWithItsPlace(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01",
                "-",
                "+1",
                ".5",
                "1.",
                "1e",
                "1e+",
                "0x1",
                "1a",
                "NaN",
                "Infinity",
                "undefined",
                "tru",
                "truex",
                "True",
                "\"",
                "\"a",
                "\"\\\"",
                "\"\\x41\"",
                "\"\\u12g4\"",
                "\"\\u123",
                "\"a\nb\"",
                "\"a\tb\"",
                "\"\0\"",
                "\"\ud83d\"",
                "\"\ude00\"",
                "\"\ud83d\ud83d\"",
                "\ufeff{}",
                "{}\0",
                "\u00a0{}",
                "// a\n{}",
                "{\"a\":1}x"
            })
    void whatIsNoValueIsRefusedWithItsPlace(String text) {
        assertRefused(text);
    }

    private static void assertRefused(String text) {
        assertThatThrownBy(() -> members(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no JSON text: ")
                .hasMessageContaining(" at character ");
    }

    @Test
    void thePlaceIsThatOfTheFirstWrongCharacter() {
        assertThatThrownBy(() -> members("{\"a\":[1,2;3]}"))
                .hasMessage("no JSON text: ',' or ']' expected at character 9");
        assertThatThrownBy(() -> members("\"ab\ud83d\""))
                .hasMessage("no JSON text: half a character, which needs \\u, at character 3");
    }

    @Test
    void wantedMembersComeAsTheyWereWritten() {
        assertThat(
                        members(
                                "{\"a\":{\"cmd\":1}, \"msg\" : {\"cmd\": [2, \"}\"]} ,\"cmd\":"
                                        + " \"x\" }"))
                .isEqualTo(Map.of("msg", "{\"cmd\": [2, \"}\"]}", "cmd", "\"x\""));
    }

    @Test
    void namesHaveEscapesAndTheLastOfTwoCounts() {
        assertThat(members("{\"cmd\":1,\"\\u0063m\\u0064\":2}")).isEqualTo(Map.of("cmd", "2"));
    }

    @Test
    void membersOfWhatIsNoObjectAreNone() {
        assertThat(members("[{\"cmd\":1},\"cmd\",2]")).isEmpty();
        assertThat(members("[\"cmd\"]")).isEmpty();
    }

    @Test
    void stringsAreRead() {
        assertThat(JsonText.unquote("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00z\""))
                .isEqualTo("a\"\\/\b\f\n\r\t\u00e4\ud83d\ude00z");
        assertThat(JsonText.unquote("17")).isEmpty();
        assertThat(JsonText.unquote("{\"a\":1}")).isEmpty();
    }

    @Test
    void aDeepTextCostsNoStack() {
        int depth = 1_000_000;
        String deep = "[".repeat(depth) + "]".repeat(depth);
        assertThat(members("{\"msg\":" + deep + "}").get("msg")).hasSize(2 * depth);
        assertThatThrownBy(() -> members("[".repeat(depth))).hasMessageContaining("value expected");
    }
}
