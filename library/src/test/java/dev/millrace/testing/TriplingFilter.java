package dev.millrace.testing;

import dev.millrace.stream.Filter;
import dev.millrace.stream.FilterWire;
import java.io.IOException;
import java.util.Arrays;

/**
 * A filter that is hard on its surroundings: two round trips before it is ready, each byte three
 * times on the wire, the last few held back, a closing message, and a failure wherever a test wants
 * one.
 *
 * <pre>
 *   asker  ── a ──▶ answerer       x ──▶ xxx       end ──▶ 012, FIN
 *          ◀── b ──
 *          ── c ──▶
 *          ◀── d ──  ready
 * </pre>
 */
public final class TriplingFilter implements Filter {
    /** How many bytes wait for the next ones. */
    public static final int HELD_BYTES = 5;

    /** Where it fails. */
    public enum Stage {
        NEVER,
        ATTACH,
        FIRST_ANSWER,
        SECOND_ANSWER,
        RECEIVED,
        RECEIVED_END,
        WRITTEN,
        WRITTEN_END
    }

    private static final byte[] CLOSE_MARK = {0, 1, 2};

    private final boolean isAsker;
    private final Stage failing;
    private FilterWire wire;
    private byte expected;
    private boolean isReady;
    private byte[] held = {};
    private byte[] begun = {};
    private boolean isEnded;
    private int closed;

    private TriplingFilter(boolean isAsker, Stage failing) {
        this.isAsker = isAsker;
        this.failing = failing;
        this.expected = (byte) (isAsker ? 'b' : 'a');
    }

    /** The one that begins. */
    public static TriplingFilter asker(Stage failing) {
        return new TriplingFilter(true, failing);
    }

    /** The one that waits for the other. */
    public static TriplingFilter answerer(Stage failing) {
        return new TriplingFilter(false, failing);
    }

    /** The failure of a stage. */
    public static String message(Stage stage) {
        return "the filter fails: " + stage;
    }

    private boolean fails(Stage stage) {
        if (failing == stage) {
            wire.fail(new IOException(message(stage), new IllegalStateException("the cause")));
        }
        return failing == stage;
    }

    @Override
    public void attach(FilterWire both) {
        wire = both;
        if (!fails(Stage.ATTACH) && isAsker) {
            sendOne('a');
        }
    }

    private void sendOne(int letter) {
        wire.send(new byte[] {(byte) letter}, 0, 1);
    }

    @Override
    public void received(byte[] array, int offset, int length) {
        int at = offset;
        while (!isReady && at < offset + length) {
            if (!shakeHands(array[at++])) {
                return;
            }
        }
        if (at < offset + length && !fails(Stage.RECEIVED)) {
            unwrap(array, at, offset + length - at);
        }
    }

    private boolean shakeHands(byte letter) {
        if (letter != expected) {
            wire.fail(new IOException("not a handshake: " + letter));
            return false;
        }
        if (fails(letter <= 'b' ? Stage.FIRST_ANSWER : Stage.SECOND_ANSWER)) {
            return false;
        }
        if (letter != 'd') {
            sendOne(letter + 1);
        }
        isReady = letter >= 'c' && (letter == 'd' || !isAsker);
        expected = (byte) (letter + 2);
        if (isReady) {
            wire.ready();
        }
        return true;
    }

    private void unwrap(byte[] array, int offset, int length) {
        byte[] all = Arrays.copyOf(begun, begun.length + length);
        System.arraycopy(array, offset, all, begun.length, length);
        byte[] plain = new byte[all.length / 3];
        int count = 0;
        int at = 0;
        for (; at + 3 <= all.length; at += 3) {
            if (all[at] == all[at + 1] && all[at] == all[at + 2]) {
                plain[count++] = all[at];
            } else {
                isEnded = Arrays.equals(all, at, at + 3, CLOSE_MARK, 0, 3);
                break;
            }
        }
        begun = Arrays.copyOfRange(all, at, all.length);
        wire.deliver(plain, 0, count);
        if (isEnded) {
            wire.deliverEnd();
        } else if (begun.length >= 3) {
            wire.fail(new IOException("not three of a kind"));
        }
    }

    @Override
    public void receivedEnd() {
        if (!fails(Stage.RECEIVED_END) && !isEnded) {
            wire.fail(new IOException("truncated"));
        }
    }

    @Override
    public void written(byte[] array, int offset, int length) {
        if (fails(Stage.WRITTEN)) {
            return;
        }
        byte[] all = Arrays.copyOf(held, held.length + length);
        System.arraycopy(array, offset, all, held.length, length);
        int count = Math.max(0, all.length - HELD_BYTES);
        sendTripled(all, count);
        held = Arrays.copyOfRange(all, count, all.length);
    }

    private void sendTripled(byte[] plain, int count) {
        byte[] tripled = new byte[3 * count];
        for (int i = 0; i < count; i++) {
            tripled[3 * i] = plain[i];
            tripled[3 * i + 1] = plain[i];
            tripled[3 * i + 2] = plain[i];
        }
        wire.send(tripled, 0, tripled.length);
    }

    @Override
    public void writtenEnd() {
        if (fails(Stage.WRITTEN_END)) {
            return;
        }
        sendTripled(held, held.length);
        held = new byte[0];
        wire.send(CLOSE_MARK, 0, CLOSE_MARK.length);
        wire.sendEnd();
    }

    @Override
    public long heldBytes() {
        return held.length;
    }

    @Override
    public void closed() {
        closed++;
    }

    /** How often it was told that the stream is over. */
    public int timesClosed() {
        return closed;
    }

    /** What such a filter makes of {@code plain} and an end behind it. */
    public static byte[] wrapped(byte[] plain) {
        byte[] result = new byte[3 * plain.length + CLOSE_MARK.length];
        for (int i = 0; i < 3 * plain.length; i++) {
            result[i] = plain[i / 3];
        }
        System.arraycopy(CLOSE_MARK, 0, result, 3 * plain.length, CLOSE_MARK.length);
        return result;
    }
}
