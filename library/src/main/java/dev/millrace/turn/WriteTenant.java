package dev.millrace.turn;

/** The write side of one stream, as the callback scope sees it when a callback is over. */
public interface WriteTenant {
    /** Whether bytes must queue behind what the kernel did not take. */
    boolean isBlocked();

    /** Hands the bytes to the kernel; the array is only {@code isLent}, for this call. */
    void send(byte[] array, int offset, int length, boolean isLent);

    /** Calls back for one write that is over; see {@link CallbackScope#finished}. */
    void deliver();
}
