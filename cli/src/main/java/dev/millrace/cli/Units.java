package dev.millrace.cli;

import java.time.Duration;

/** Numbers with a unit, as they are typed. What can't be read throws with what would be right. */
final class Units {
    private static final String DURATION_REMEDY =
            "a duration is a number with ms, s, m or h, for instance 500ms, 5s, 2m";
    private static final String BYTES_REMEDY =
            "a size is a number of bytes, or one with k, m or g, for instance 64k, 10m";
    private static final Duration LONGEST = Duration.ofDays(365);

    private Units() {}

    /** Only digits, at least one; -1 for anything else and for what no long can hold. */
    static long parseDigits(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long number = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }

    /** {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}; without a unit, seconds. */
    static Duration parseDuration(String text) {
        int unitAt = unitAt(text);
        long number = parseDigits(text.substring(0, unitAt));
        long millis =
                switch (text.substring(unitAt)) {
                    case "ms" -> 1;
                    case "", "s" -> 1000;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    default -> -1;
                };
        if (number < 0 || millis < 0 || number > LONGEST.toMillis() / millis) {
            throw new IllegalArgumentException(DURATION_REMEDY);
        }
        return Duration.ofMillis(number * millis);
    }

    /** {@code 512}, {@code 64k}, {@code 10m}, {@code 1g}: powers of 1024. */
    static long parseBytes(String text) {
        int unitAt = unitAt(text);
        long number = parseDigits(text.substring(0, unitAt));
        int shift =
                switch (text.substring(unitAt)) {
                    case "" -> 0;
                    case "k" -> 10;
                    case "m" -> 20;
                    case "g" -> 30;
                    default -> -1;
                };
        if (number < 0 || shift < 0 || number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException(BYTES_REMEDY);
        }
        return number << shift;
    }

    private static int unitAt(String text) {
        int at = text.length();
        while (at > 0 && Character.isLetter(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }
}
