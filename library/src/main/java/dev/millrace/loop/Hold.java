package dev.millrace.loop;

/** Something that goes on elsewhere and keeps a loop alive until this is run. */
final class Hold implements Runnable {
    private final Loop loop;
    private boolean isOver;

    Hold(Loop loop) {
        this.loop = loop;
        loop.countRequests(1);
    }

    /** On the loop's thread; only the first time counts. */
    @Override
    public void run() {
        loop.checkThread();
        if (!isOver) {
            isOver = true;
            loop.countRequests(-1);
        }
    }
}
