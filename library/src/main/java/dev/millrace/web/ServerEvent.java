package dev.millrace.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An event for the watchers of an {@link EventStream}, encoded once for all of them (WHATWG HTML
 * section 9.2.6). Any thread.
 *
 * {@snippet class="dev.millrace.web.EventExamplesTest" region="event"}
 */
public final class ServerEvent {
    private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");

    private final String data;
    private final @Nullable String name;
    private final @Nullable String id;
    private final @Nullable Duration retry;

    /** Made with the first stream that it is sent to. */
    private byte @Nullable [] encoded;

    private ServerEvent(
            String data, @Nullable String name, @Nullable String id, @Nullable Duration retry) {
        this.data = Objects.requireNonNull(data, "data");
        this.name = name;
        this.id = id;
        this.retry = retry;
    }

    /**
     * An event with {@code data}, which may have several lines and arrives with LF between them.
     */
    public static ServerEvent of(String data) {
        return new ServerEvent(data, null, null, null);
    }

    /**
     * This event under {@code name}, which its listeners are registered for; without one it is a
     * {@code message}.
     *
     * @throws IllegalArgumentException if the name has more than one line
     */
    public ServerEvent withName(String name) {
        return new ServerEvent(data, oneLine("name", name), id, retry);
    }

    /**
     * This event with {@code id}, which the client brings when it connects anew ({@link
     * EventStream#lastEventId}); an empty one makes it forget the last.
     *
     * @throws IllegalArgumentException if the id has more than one line, or a NUL, which clients
     *     ignore
     */
    public ServerEvent withId(String id) {
        if (id.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the id of an event has a NUL: clients ignore it");
        }
        return new ServerEvent(data, name, oneLine("id", id), retry);
    }

    /**
     * This event, and how long the client waits before it connects anew, in whole milliseconds.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public ServerEvent withRetry(Duration retry) {
        if (retry.isNegative()) {
            throw new IllegalArgumentException("the retry of an event is " + retry);
        }
        return new ServerEvent(data, name, id, retry);
    }

    private static String oneLine(String what, String text) {
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw new IllegalArgumentException(
                    "the " + what + " of an event has more than one line: put lines into its data");
        }
        return text;
    }

    /** The lines of a comment, which clients ignore. */
    static byte[] comment(String text) {
        return lines(new StringBuilder(), ": ", text)
                .append('\n')
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The same array each time; it is not changed. */
    byte[] encoded() {
        byte[] made = encoded;
        if (made == null) {
            made = encode();
            encoded = made;
        }
        return made;
    }

    private byte[] encode() {
        StringBuilder text = new StringBuilder(data.length() + 16);
        if (name != null) {
            text.append("event: ").append(name).append('\n');
        }
        if (id != null) {
            text.append("id: ").append(id).append('\n');
        }
        if (retry != null) {
            text.append("retry: ").append(retry.toMillis()).append('\n');
        }
        return lines(text, "data: ", data).append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static StringBuilder lines(StringBuilder text, String before, String lines) {
        for (String line : LINE_END.split(lines, -1)) {
            text.append(before).append(line).append('\n');
        }
        return text;
    }

    /** {@code ServerEvent[message, 12 characters]}. */
    @Override
    public String toString() {
        String shown = name == null ? "message" : name;
        return "ServerEvent[" + shown + ", " + data.length() + " characters]";
    }
}
