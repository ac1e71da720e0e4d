package dev.millrace.web.content;

import dev.millrace.files.FoundFile;
import dev.millrace.loop.WorkPool;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Makes pages of folders. It is a single thread, because a page is work of milliseconds, and many
 * at once would leave the other requests no processor. Those that wait for the same folder share
 * one reading of it, which begins behind the last of them: none is told what is older than itself.
 *
 * <p>Its methods may be called on any thread.
 */
public final class ListingThread implements Executor {
    /** What a reading came to, for each that asked for it. */
    public interface Reading {
        /**
         * The names.
         *
         * @throws IOException what the reading failed with
         */
        Listing listing() throws IOException;
    }

    /** Which page: of a site, and in it the folder's path as it is shown. */
    private record Asked(Site site, String shown) {}

    /** Those that wait for a folder. */
    private static final class Waiting {
        private final List<Found.Folder> folders = new ArrayList<>();
        private final List<Consumer<Reading>> receivers = new ArrayList<>();
    }

    /** Folders whose last listing may be in use. */
    private static final int LAST_MAX = 16;

    private final WorkPool thread;

    /**
     * By folder, what was read last, while any page is still made of it: a page that waits for a
     * slow peer shares its names with those that wait beside it. Of the thread alone.
     */
    private final Map<Asked, WeakReference<Listing>> last = new HashMap<>();

    /** By the folders and how they are listed; none that is being read. */
    private final Map<Asked, Waiting> waiting = new HashMap<>();

    ListingThread(int waitingMax) {
        thread = new WorkPool("millrace-listings", 1, waitingMax);
    }

    /** Runs what belongs to a page on its thread. */
    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    /** Tells {@code receiver}, on the thread, what is in {@code folder}, and closes that. */
    public void read(Site site, Found.Folder folder, Consumer<Reading> receiver) {
        Asked asked = new Asked(site, folder.shown());
        boolean isFirst;
        synchronized (waiting) {
            Waiting all = waiting.computeIfAbsent(asked, path -> new Waiting());
            isFirst = all.folders.isEmpty();
            all.folders.add(folder);
            all.receivers.add(receiver);
        }
        if (isFirst) {
            thread.execute(() -> read(asked));
        }
    }

    private void read(Asked asked) {
        Waiting all;
        synchronized (waiting) {
            all = Objects.requireNonNull(waiting.remove(asked));
        }
        Reading reading = reading(asked, all.folders);
        for (Consumer<Reading> receiver : all.receivers) {
            receiver.accept(reading);
        }
    }

    /** The last one that was found is what the name leads to by now. */
    private Reading reading(Asked asked, List<Found.Folder> folders) {
        try {
            Listing listing = shared(asked, Listing.of(asked.site(), folders.getLast()));
            return () -> listing;
        } catch (IOException failure) {
            return () -> {
                throw failure;
            };
        } catch (RuntimeException | Error failure) {
            return () -> {
                throw failure;
            };
        } finally {
            folders.stream().map(Found.Folder::folder).forEach(FoundFile::close);
        }
    }

    /** The last one, if nothing has changed since. */
    private Listing shared(Asked asked, Listing now) {
        WeakReference<Listing> reference = last.get(asked);
        Listing before = reference == null ? null : reference.get();
        if (before != null && before.isSame(now)) {
            return before;
        }
        if (last.size() >= LAST_MAX) {
            last.clear();
        }
        last.put(asked, new WeakReference<>(now));
        return now;
    }
}
