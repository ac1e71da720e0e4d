package dev.millrace.conformance.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.conformance.differential.Verdict.End;
import dev.millrace.conformance.differential.Verdict.Message;
import java.util.List;

/**
 * Two parsers that make different things of one input.
 *
 * @param at the first message in which they differ, or behind the last one
 */
record Disagreement(byte[] input, String peer, Verdict ours, Verdict theirs, int at) {
    /** What may follow an input that is not complete. */
    private static final List<String> ENDS =
            List.of("\r\n\r\n", " HTTP/1.1\r\nHost: a\r\n\r\n", "/ HTTP/1.1\r\nHost: a\r\n\r\n");

    boolean isRefusedByUs() {
        return ours.isRefusedAt(at);
    }

    boolean isRefusedByThem() {
        return theirs.isRefusedAt(at);
    }

    boolean isRefusedByThem(String reason) {
        return isRefusedByThem() && theirs.reason().startsWith(reason);
    }

    boolean isIncompleteForUs() {
        return !ours.hasMessage(at) && ours.end() == End.INCOMPLETE;
    }

    boolean isConnectForThem() {
        return theirs.hasMessage(at)
                && theirs.messages().get(at).start().getFirst().equals("CONNECT");
    }

    String text() {
        return new String(input, ISO_8859_1);
    }

    /** The message that we read there, or else the last one before. */
    String start(int part) {
        Message message = message();
        return message == null ? "" : message.start().get(part);
    }

    private Message message() {
        int last = Math.min(at, ours.messages().size() - 1);
        return last < 0 ? null : ours.messages().get(last);
    }

    /** Whether a field of that message has this among its elements. */
    boolean hasElement(String name, String element) {
        Message message = message();
        for (int i = 0; message != null && i < message.fields().size(); i += 2) {
            boolean isNamed = message.fields().get(i).equalsIgnoreCase(name);
            List<String> elements = List.of(message.fields().get(i + 1).split("[ \t]*,[ \t]*"));
            if (isNamed && elements.stream().anyMatch(element::equalsIgnoreCase)) {
                return true;
            }
        }
        return false;
    }

    /** Whether we refuse it as soon as the line goes on. */
    boolean isRefusedLater() {
        OurRequests reader = new OurRequests();
        return isIncompleteForUs()
                && ENDS.stream()
                        .map(end -> reader.read((text() + end).getBytes(ISO_8859_1)))
                        .anyMatch(verdict -> verdict.isRefusedAt(at));
    }

    /** With line ends and other bytes that do not show as escapes. */
    String shown() {
        StringBuilder shown = new StringBuilder();
        for (char c : text().toCharArray()) {
            boolean isPlain = c >= 0x20 && c < 0x7f;
            shown.append(
                    c == '\r'
                            ? "\\r"
                            : c == '\n' ? "\\n" : isPlain ? "" + c : "\\x%02X".formatted((int) c));
        }
        return shown.length() > 300 ? shown.substring(0, 300) + "..." : shown.toString();
    }
}
