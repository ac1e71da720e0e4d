package dev.millrace.web.content;

import dev.millrace.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Files that were asked for a moment ago, still open: another request for one needs no thread.
 *
 * <p>A path is looked up anew after {@link #VALID}, whatever happens, so that what it leads to by
 * then is seen within a second. What is done to the file itself is seen at once: one that was
 * changed, or lost its name, as by a replacement, is not given any more. It is closed when its last
 * response is over. When descriptors run short, all are given up. Loop thread only.
 */
public final class KeptFiles {
    static final Duration VALID = Duration.ofMillis(800);

    private record Kept(Document document, long since) {}

    private final Loop loop;
    private final Executor threads;
    private final int most;
    private final Map<String, Kept> kept = new LinkedHashMap<>();
    private boolean isSweeping;

    /**
     * @param threads close files, which may wait for a disk
     * @param most how many are kept
     */
    public KeptFiles(Loop loop, Executor threads, int most) {
        this.loop = loop;
        this.threads = threads;
        this.most = most;
        if (most > 0) {
            loop.atClose(this::clear);
            loop.atShortage(this::giveUp);
        }
    }

    /** Whether any file is kept at all. */
    boolean isAny() {
        return most > 0;
    }

    /** What is kept under {@code key}, if it still is what it was; it stays with this. */
    @Nullable Document get(String key) {
        Kept found = kept.get(key);
        if (found == null) {
            return null;
        }
        if (isOver(found) || !found.document().file().isUnchanged()) {
            kept.remove(key);
            close(found);
            return null;
        }
        return found.document();
    }

    /** Keeps {@code document} from now on, in place of the oldest when there are too many. */
    void put(String key, Document document) {
        Kept before = kept.remove(key);
        if (before != null) {
            close(before);
        }
        if (kept.size() >= most) {
            Iterator<Kept> oldest = kept.values().iterator();
            Kept leaving = oldest.next();
            oldest.remove();
            close(leaving);
        }
        kept.put(key, new Kept(document, loop.nowNanos()));
        sweepLater();
    }

    private boolean isOver(Kept found) {
        return loop.nowNanos() - found.since() > VALID.toNanos();
    }

    private void sweepLater() {
        if (!isSweeping) {
            isSweeping = true;
            loop.setTimeout(VALID, this::sweep).unref();
        }
    }

    private void sweep() {
        isSweeping = false;
        Iterator<Kept> all = kept.values().iterator();
        while (all.hasNext()) {
            Kept next = all.next();
            if (isOver(next)) {
                all.remove();
                close(next);
            }
        }
        if (!kept.isEmpty()) {
            sweepLater();
        }
    }

    private void clear() {
        kept.values().forEach(this::close);
        kept.clear();
    }

    /**
     * Closes all of them, for want of descriptors; whether there were any. Now, and not by a
     * thread: a client waits, and hardly any of them is the last name of a file.
     */
    boolean giveUp() {
        boolean isAny = !kept.isEmpty();
        kept.values().forEach(each -> close(each.document()));
        kept.clear();
        return isAny;
    }

    private void close(Kept leaving) {
        threads.execute(() -> close(leaving.document()));
    }

    static void close(Document document) {
        try {
            document.file().close();
        } catch (IOException nothingWasWritten) {
            // A descriptor that was read from is gone, whatever its close says (close(2)).
        }
    }
}
