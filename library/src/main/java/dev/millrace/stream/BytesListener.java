package dev.millrace.stream;

/**
 * Receives bytes in place, without a copy: the array is lent for the duration of the call and
 * overwritten afterwards.
 */
@FunctionalInterface
public interface BytesListener {
    /**
     * Takes bytes from the front and answers how many: all, unless it paused the stream meanwhile.
     * What it leaves is kept and comes again after resume.
     */
    int onBytes(byte[] array, int offset, int length);
}
