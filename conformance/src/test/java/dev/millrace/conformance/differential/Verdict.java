package dev.millrace.conformance.differential;

import java.util.List;

/**
 * What a parser makes of one input, in words that any parser has: the messages it reads to their
 * end, and what then stops it.
 *
 * @param reason why it was refused, in the parser's own words
 */
record Verdict(List<Message> messages, End end, String reason) {

    /** What is behind the last message. */
    enum End {
        /** Nothing, or what belongs to another protocol or owner. */
        DONE,
        /** A message that is not complete. */
        INCOMPLETE,
        /** Something that is refused. */
        REFUSED
    }

    /**
     * One message, a character a byte.
     *
     * @param start method, target and version, or status, reason and version
     * @param fields names and values in turn
     */
    record Message(List<String> start, List<String> fields, String body, List<String> trailers) {}

    /** The first place where the two differ; -1 if they agree. */
    int differsFrom(Verdict other) {
        int common = Math.min(messages.size(), other.messages.size());
        for (int at = 0; at < common; at++) {
            if (!messages.get(at).equals(other.messages.get(at))) {
                return at;
            }
        }
        boolean isSame = messages.size() == other.messages.size() && end == other.end;
        return isSame ? -1 : common;
    }

    boolean hasMessage(int at) {
        return at < messages.size();
    }

    /** Whether it is refused at that place. */
    boolean isRefusedAt(int at) {
        return !hasMessage(at) && end == End.REFUSED;
    }

    @Override
    public String toString() {
        return messages + " " + end + " " + reason;
    }
}
