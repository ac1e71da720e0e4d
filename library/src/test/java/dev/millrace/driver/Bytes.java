package dev.millrace.driver;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes that an end of a connection has received. */
public final class Bytes {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();

    public static byte[] of(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public void add(byte[] array, int offset, int length) {
        all.write(array, offset, length);
    }

    public int count() {
        return all.size();
    }

    public byte[] toArray() {
        return all.toByteArray();
    }

    public String text() {
        return all.toString(StandardCharsets.UTF_8);
    }
}
