package dev.millrace.web.content;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A piece of a page as the bytes that are sent. There is no text beside them, which a page of many
 * short rows would make several times as much of.
 */
final class PageText {
    private byte[] bytes;
    private int length;

    PageText(int capacity) {
        bytes = new byte[capacity];
    }

    int length() {
        return length;
    }

    PageText append(String text) {
        int count = text.length();
        reserve(count);
        for (int at = 0; at < count; at++) {
            char c = text.charAt(at);
            if (c >= 0x80) {
                byte[] encoded = text.substring(at).getBytes(StandardCharsets.UTF_8);
                return append(encoded, 0, encoded.length);
            }
            bytes[length++] = (byte) c;
        }
        return this;
    }

    PageText append(byte[] from, int start, int end) {
        reserve(end - start);
        System.arraycopy(from, start, bytes, length, end - start);
        length += end - start;
        return this;
    }

    PageText append(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    /** A number from 0 on. */
    PageText append(long number) {
        if (number >= 10) {
            append(number / 10);
        }
        return append((char) ('0' + number % 10));
    }

    /** With a zero in front where one digit would be alone. */
    PageText twoDigits(int number) {
        return append((char) ('0' + number / 10 % 10)).append((char) ('0' + number % 10));
    }

    private void reserve(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}
