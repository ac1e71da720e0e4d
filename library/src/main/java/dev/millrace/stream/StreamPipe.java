package dev.millrace.stream;

/**
 * Carries everything from one stream to another without more in flight than the destination takes.
 */
public final class StreamPipe implements BytesListener {
    private final ReadStream source;
    private final WriteStream destination;
    private boolean isOver;

    /** It was the pipe that paused the source, so the pipe may resume it. */
    private boolean isWaiting;

    StreamPipe(ReadStream source, WriteStream destination) {
        this.source = source;
        this.destination = destination;
        destination.piped(this);
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        if (!isOver && !destination.write(array, offset, length)) {
            isWaiting = true;
            source.pause();
        }
        return length;
    }

    @Override
    public void onEnd() {
        if (!isOver) {
            isOver = true;
            destination.end();
        }
    }

    /** The destination has taken everything that waited. */
    public void onDrain() {
        if (isWaiting && !isOver) {
            isWaiting = false;
            source.resume();
        }
    }

    /** The destination closed; what still comes has nowhere to go. */
    public void onDestinationClosed() {
        if (!isOver) {
            isOver = true;
            source.pause();
        }
    }
}
