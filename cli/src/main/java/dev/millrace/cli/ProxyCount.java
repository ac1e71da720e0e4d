package dev.millrace.cli;

/**
 * What a proxy has carried so far, and has to do now.
 *
 * @param open connections
 * @param served connections, the open ones included
 * @param unreached how many of them found no target
 * @param cut how many of them broke off on either side, or were idle for too long
 * @param dropped connections beyond the limit
 * @param there bytes from clients
 * @param back bytes from the target
 */
record ProxyCount(
        long open, long served, long unreached, long cut, long dropped, long there, long back) {
    static final ProxyCount NONE = new ProxyCount(0, 0, 0, 0, 0, 0, 0);

    ProxyCount plus(ProxyCount other) {
        return new ProxyCount(
                open + other.open,
                served + other.served,
                unreached + other.unreached,
                cut + other.cut,
                dropped + other.dropped,
                there + other.there,
                back + other.back);
    }

    /** One line: what is and was, and the rates of the second since {@code before}. */
    String text(ProxyCount before) {
        StringBuilder text = new StringBuilder();
        text.append(open).append(" open · ").append(served).append(" served");
        text.append(some(unreached, "unreached")).append(some(cut, "cut off"));
        text.append(some(dropped, "dropped"));
        text.append(" · there ").append(rate(there - before.there));
        return text.append(" · back ").append(rate(back - before.back)).toString();
    }

    private static String some(long count, String what) {
        return count == 0 ? "" : " · " + count + " " + what;
    }

    /** Bytes of one second. */
    private static String rate(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " B/s";
        }
        boolean isMany = bytes >= 1 << 20;
        long tenths = bytes * 10 >> (isMany ? 20 : 10);
        return tenths / 10 + "." + tenths % 10 + (isMany ? " MiB/s" : " KiB/s");
    }
}
