package dev.millrace.driver;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes that an end of a connection has received. */
final class Bytes {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();

    static byte[] of(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    void add(byte[] array, int offset, int length) {
        all.write(array, offset, length);
    }

    int count() {
        return all.size();
    }

    byte[] toArray() {
        return all.toByteArray();
    }

    String text() {
        return all.toString(StandardCharsets.UTF_8);
    }
}
