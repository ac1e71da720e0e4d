package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.Listeners;
import dev.millrace.stream.ReadSide;
import dev.millrace.stream.Region;
import dev.millrace.stream.RegionWriter;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file as a stream, as Node's {@code fs.createReadStream} is.
 *
 * {@snippet class="dev.millrace.files.FileStreamSnippets" region="download"}
 *
 * <p>It is opened and read off the loop, by threads of which all loops together have four: one
 * piece of at most 64 KiB at a time, and none that its reader does not take, so that a slow
 * destination costs one piece of memory. While a step of that is under way it keeps the loop alive;
 * one that is paused does not. It closes itself after its end, and with the loop.
 *
 * <p>A socket and a response take the file from the kernel itself (sendfile(2)), without a byte of
 * it in the heap, where they can: on the driver epoll, as the only receiver, without a filter, and
 * of a response one whose length is known. The loop's thread does that, with parts that are in
 * memory; other parts are fetched by those threads first. What is changed in the file meanwhile may
 * be sent as it was or as it is.
 *
 * <p>What is opened stays that file, whatever becomes of its name. The length is what the file had
 * when it was opened: what is appended later is not read, and a file that becomes shorter is an
 * error, ENODATA, as is a range beyond its end; never a short body that looks whole. A file that
 * tells no length, as those of {@code /proc}, is read to its end.
 *
 * <p>Only regular files are opened, and devices that never wait, such as {@code /dev/zero}: a
 * folder is EISDIR; a FIFO, a socket or a terminal is ESPIPE, and does not hold a thread. A name
 * that is made a FIFO at the very moment is seen only where a {@link FoundFile} has a descriptor.
 *
 * <p>Its error comes when the file is closed, and before a destination of {@link #pipelineTo} is
 * destroyed, so that a response which has not begun can still be made another answer. Without a
 * listener the loop is told. Loop thread only.
 */
public final class FileInput extends InboundStream<FileInput> implements AutoCloseable {
    private final Loop loop;
    private final @Nullable Path path;
    private final FileRange range;
    private final FileLane lane;

    /** The file itself, which belongs to the thread of the step that is under way. */
    private final FileSource source;

    private final ReadSide read = new ReadSide(new FromFile());
    private final FileEnding ending;
    private @Nullable Runnable openListener;
    private boolean isOpen;

    /** Its reader takes what comes. */
    private boolean isReading;

    /** A step is, or what it has read is being looked at. */
    private boolean isUnderWay;

    /** The destination has a part of the file, which stays open until that is over. */
    private boolean isSending;

    /** It takes no parts of files, though it looked so: it gets bytes. */
    private @Nullable RegionWriter refusing;

    private long length = FileSource.UNKNOWN;
    private long bytesRead;

    /** {@code path} as a stream. It fails later, with what open(2) has: ENOENT, EACCES, EMFILE. */
    public static FileInput open(Loop loop, Path path) {
        return open(loop, path, FileRange.ALL);
    }

    /**
     * A part of {@code path} as a stream.
     *
     * {@snippet class="dev.millrace.files.FileStreamSnippets" region="range"}
     */
    public static FileInput open(Loop loop, Path path, FileRange range) {
        FileInput input = new FileInput(loop, Objects.requireNonNull(path, "path"), range);
        input.open(() -> FileOpening.toRead(path));
        return input;
    }

    /**
     * A part of an open file, which is the stream's from now on, as a stream: what {@link
     * FoundFile#open} has opened, for instance.
     */
    public static FileInput of(Loop loop, OpenFile file, FileRange range) {
        FileInput input = new FileInput(loop, null, range);
        input.lane.opened(Objects.requireNonNull(file, "file"));
        if (file.length() == 0) {
            // Or it tells none, and has to be read to know.
            input.open(() -> file);
        } else {
            loop.nextTick(() -> input.begin(file));
        }
        return input;
    }

    /**
     * As the other {@code of}, of a file that the JDK has opened, and has to read. Where the
     * channel itself stands does not matter.
     */
    public static FileInput of(Loop loop, FileChannel file, FileRange range) {
        FileInput input = new FileInput(loop, null, range);
        input.lane.opened(Objects.requireNonNull(file, "file"));
        input.open(() -> OpenFile.of(file));
        return input;
    }

    private FileInput(Loop loop, @Nullable Path path, FileRange range) {
        this.loop = loop;
        this.path = path;
        this.range = Objects.requireNonNull(range, "range");
        this.lane = new FileLane(loop);
        this.ending = new FileEnding(loop);
        this.source = new FileSource(lane, range, path);
        isUnderWay = true;
        read.start();
    }

    private void open(FileSource.Opening opening) {
        lane.begin(() -> source.open(opening), this::opened);
    }

    private void begin(OpenFile file) {
        IOException failure = null;
        try {
            source.begin(file);
        } catch (IOException e) {
            failure = e;
        }
        opened(0, failure);
    }

    /** The file is open, {@link #length} is known, and nothing of it was told yet. */
    public FileInput onOpen(Runnable listener) {
        loop.checkThread();
        openListener = Listeners.once(openListener, listener, "onOpen");
        return this;
    }

    @Override
    public FileInput onError(Consumer<? super IOException> listener) {
        ending.onError(listener);
        return this;
    }

    @Override
    public FileInput onClose(Runnable listener) {
        ending.onClose(listener);
        return this;
    }

    /**
     * How many bytes it gives in all, from {@link #onOpen} on; empty before, and of a file that
     * tells no length.
     */
    public OptionalLong length() {
        loop.checkThread();
        return length == FileSource.UNKNOWN ? OptionalLong.empty() : OptionalLong.of(length);
    }

    /** How many bytes it has given so far. */
    public long bytesRead() {
        loop.checkThread();
        return bytesRead;
    }

    /** The place in the file of the byte that comes next. */
    public long position() {
        loop.checkThread();
        return range.start() + bytesRead;
    }

    private void opened(long count, @Nullable Throwable failure) {
        if (ending.isOver()) {
            return;
        }
        if (failure != null) {
            fail("open", failure);
            return;
        }
        isOpen = true;
        length = source.length();
        loop.enter(this, input -> input.firstArrived((int) count), FileInput::thrown);
    }

    private void firstArrived(int count) {
        if (openListener != null) {
            openListener.run();
        }
        arrived(count);
    }

    private void ask() {
        if (!isOpen || !isReading || isUnderWay || ending.isOver()) {
            return;
        }
        isUnderWay = true;
        RegionWriter writer = read.regions();
        Region region = writer == null || writer == refusing ? null : source.region();
        if (region == null) {
            lane.begin(source::read, this::told);
        } else if (source.isCached(region)) {
            send(region);
        } else {
            lane.begin(() -> source.fetch(region), (none, failure) -> fetched(region, failure));
        }
    }

    private void fetched(Region region, @Nullable Throwable failure) {
        if (ending.isOver()) {
            return;
        }
        if (failure != null) {
            fail("read", failure);
        } else if (isReading) {
            loop.enter(this, input -> input.send(region), FileInput::thrown);
        } else {
            isUnderWay = false;
        }
    }

    /** The destination may have changed since it was asked; then bytes will do. */
    private void send(Region region) {
        RegionWriter writer = read.regions();
        isSending = writer != null && writer.write(region, error -> sent(region, error));
        if (!isSending) {
            refusing = writer;
            lane.begin(source::read, this::told);
        }
    }

    private void sent(Region region, @Nullable IOException error) {
        isSending = false;
        if (ending.isOver()) {
            closeLane();
            return;
        }
        if (error != null && FileSource.isOfTheFile(error)) {
            over(source.failed(error));
            return;
        }
        bytesRead += region.length();
        source.sent(region.length());
        if (error != null) {
            // The destination is about to close, and leaves this stream to another, or destroys it.
            isUnderWay = false;
        } else if (source.isOver()) {
            regionOver();
        } else {
            // Others first: a peer that takes bytes as fast as they come would keep the loop.
            loop.setImmediate(this::regionOver);
        }
    }

    private void regionOver() {
        loop.enter(this, input -> input.arrived(0), FileInput::thrown);
    }

    private void told(long count, @Nullable Throwable failure) {
        if (ending.isOver()) {
            return;
        }
        if (failure != null) {
            fail("read", failure);
        } else {
            loop.enter(this, input -> input.arrived((int) count), FileInput::thrown);
        }
    }

    private void arrived(int count) {
        if (count > 0 && !ending.isOver()) {
            bytesRead += count;
            // Until then the array is lent, though its reader may resume: no step may begin.
            read.deliver(source.array(), 0, count);
        }
        isUnderWay = false;
        if (ending.isOver()) {
            return;
        }
        if (source.isOver()) {
            isReading = false;
            read.end();
        } else {
            ask();
        }
    }

    private void fail(String syscall, Throwable failure) {
        over(SystemError.of(failure, syscall, Errno.EIO));
    }

    @Override
    public void destroy() {
        over(null);
    }

    /** As {@link #destroy}. */
    @Override
    public void close() {
        destroy();
    }

    private void thrown(Throwable thrown) {
        if (ending.isOver()) {
            loop.uncaught(thrown);
        } else {
            over(FileEnding.thrown(thrown));
        }
    }

    /** What it is piped to hears of a failure behind the listener for it. */
    private void over(@Nullable IOException error) {
        if (ending.begin(error)) {
            if (error == null) {
                read.destroy();
            }
            if (!isSending) {
                closeLane();
            }
        }
    }

    private void closeLane() {
        lane.close(ofClosing -> ending.tell(null, read::destroy));
    }

    @Override
    protected ReadSide readSide() {
        loop.checkThread();
        return read;
    }

    @Override
    protected FileInput self() {
        return this;
    }

    @Override
    public String toString() {
        String name = path == null ? "" : path + ", ";
        String state = ending.isOver() ? "closed" : isOpen ? "open" : "opening";
        String of = length == FileSource.UNKNOWN ? "" : " of " + length;
        return "FileInput[" + name + state + ", " + bytesRead + of + " bytes]";
    }

    /** What the read side asks of the file. */
    private final class FromFile implements ReadSide.Source {
        @Override
        public void startReading() {
            isReading = true;
            ask();
        }

        @Override
        public void stopReading() {
            isReading = false;
        }

        @Override
        public void soon(Runnable task) {
            loop.nextTick(() ->
                    loop.enter(
                            FileInput.this,
                            input -> {
                                if (!input.ending.isFailing()) {
                                    task.run();
                                }
                            },
                            FileInput::thrown));
        }

        @Override
        public void endTold() {
            destroy();
        }

        @Override
        public void fail(IOException error) {
            over(error);
            // The side is in the midst of a piece, and looks whether it may go on.
            read.destroy();
        }
    }
}
