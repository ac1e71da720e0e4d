package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import dev.millrace.testing.TriplingFilter;
import dev.millrace.testing.TriplingFilter.Stage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A filter between a user and a transport, both of which do what they like. */
class FilterPropertiesTest {
    private static final String CLOSE_MARK = "\0\1\2";

    private static String tripled(CharSequence plain) {
        StringBuilder wire = new StringBuilder();
        plain.chars().forEach(c -> wire.append(("" + (char) c).repeat(3)));
        return wire.toString();
    }

    private static void receive(Choices choices, RecordedTransport raw, String text) {
        for (int at = 0; at < text.length(); ) {
            int length = Math.min(text.length() - at, choices.between(1, 9));
            raw.receive(text.substring(at, at + length));
            at += length;
        }
    }

    private static String plain(Choices choices) {
        return choices.text("abcdefgh", 0, 12);
    }

    @Test
    void whatIsWrittenLeavesInOrderHoweverLateTheFilterIsReady() {
        Property.verify(choices -> {
            RecordedTransport raw = new RecordedTransport();
            FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
            StringBuilder written = new StringBuilder();
            int readyAt = choices.below(8);
            for (int i = 0; i < 8; i++) {
                if (i == readyAt) {
                    receive(choices, raw, "ac");
                }
                String text = plain(choices);
                written.append(text);
                raw.write(text);
            }
            filtered.end();
            assertThat(raw.wire).hasToString("bd" + tripled(written) + CLOSE_MARK + "$");
            assertThat(filtered.heldBytes()).isZero();
        });
    }

    @Test
    void callbacksComeOnceEachAndInOrder() {
        Property.verify(choices -> {
            RecordedTransport raw = new RecordedTransport();
            FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
            List<String> wanted = new ArrayList<>();
            int readyAt = choices.below(8);
            for (int i = 0; i < 8; i++) {
                if (i == readyAt) {
                    wanted.add("ready");
                    receive(choices, raw, "ac");
                }
                String text = plain(choices);
                wanted.add("written " + text + " null");
                raw.write(text);
                if (choices.oneIn(2)) {
                    raw.runTasks();
                }
            }
            filtered.end();
            raw.runTasks();
            wanted.remove("ready");
            assertThat(raw.lines).containsExactlyInAnyOrderElementsOf(with(wanted, "ready"));
            raw.lines.remove("ready");
            assertThat(raw.lines).isEqualTo(wanted);
        });
    }

    private static List<String> with(List<String> lines, String line) {
        List<String> all = new ArrayList<>(lines);
        all.add(line);
        return all;
    }

    @Test
    void whatIsHeldIsWhatTheFilterHoldsBackAndCountsAsQueued() {
        Property.verify(choices -> {
            RecordedTransport raw = new RecordedTransport();
            FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
            int written = 0;
            for (int i = choices.below(6); i > 0; i--) {
                String text = plain(choices);
                raw.write(text);
                written += text.length();
                assertThat(filtered.heldBytes()).isEqualTo(written);
                assertThat(filtered.isDrained()).isEqualTo(written == 0);
            }
            receive(choices, raw, "ac");
            for (int i = choices.below(6); i > 0; i--) {
                String text = plain(choices);
                raw.write(text);
                written += text.length();
                assertThat(filtered.heldBytes())
                        .isEqualTo(Math.min(written, TriplingFilter.HELD_BYTES));
                assertThat(raw.wire.length() - 2).isEqualTo(3 * (written - filtered.heldBytes()));
            }
        });
    }

    @Test
    void whatIsReceivedIsReadInOrderHoweverItIsCut() {
        Property.verify(choices -> {
            RecordedTransport raw = new RecordedTransport();
            FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
            String plain = plain(choices);
            String wrapped =
                    new String(
                            TriplingFilter.wrapped(RecordedTransport.bytes(plain)),
                            StandardCharsets.ISO_8859_1);
            receive(choices, raw, "ac" + wrapped);
            filtered.receivedEnd();
            assertThat(raw.read).hasToString(plain + "$");
        });
    }

    @Test
    void bytesFromBeforeTheFilterComeFirst() {
        Property.verify(choices -> {
            RecordedTransport raw = new RecordedTransport();
            FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
            String all = "ac" + tripled(plain(choices)) + CLOSE_MARK;
            int cut = choices.below(all.length() + 1);
            int second = choices.between(cut, all.length());
            byte[] bytes = RecordedTransport.bytes(all);
            filtered.unread(bytes, 0, cut);
            filtered.unread(bytes, cut, second - cut);
            if (choices.oneIn(2)) {
                raw.runTasks();
            }
            filtered.received(bytes, second, bytes.length - second);
            filtered.receivedEnd();
            raw.runTasks();
            assertThat(raw.read).hasToString(untripled(all) + "$");
        });
    }

    private static String untripled(String all) {
        StringBuilder plain = new StringBuilder();
        for (int at = 2; at < all.length() - 3; at += 3) {
            plain.append(all.charAt(at));
        }
        return plain.toString();
    }

    @Test
    void theEndInsideAMessageIsAFailureAndNothingIsReadBehindIt() {
        Property.verify(choices -> {
            RecordedTransport raw = new RecordedTransport();
            FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
            String all = "ac" + tripled(plain(choices) + "x");
            int cut = choices.below(all.length() + 1);
            raw.receive(all.substring(0, cut));
            filtered.receivedEnd();
            assertThat(raw.lines).last().asString().startsWith("failed: ");
            raw.receive(all.substring(cut));
            filtered.receivedEnd();
            assertThat(raw.read)
                    .doesNotContain("$")
                    .hasSizeLessThanOrEqualTo(Math.max(0, cut - 2) / 3);
        });
    }
}
