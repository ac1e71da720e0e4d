package dev.millrace.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** The bytes that the load generators send and expect. */
final class Requests {

    static final int BODY_BYTES = 16_384;

    static final String FILE = "file";
    static final int FILE_BYTES = 1 << 20;

    private static final String GET = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n";

    private Requests() {}

    static byte[] get() {
        return ascii(GET + "\r\n");
    }

    static byte[] getAndClose() {
        return ascii(GET + "Connection: close\r\n\r\n");
    }

    static byte[] greeting() {
        return ascii("Hello, World!");
    }

    static byte[] body() {
        return ascii("0123456789abcdef".repeat(BODY_BYTES / 16));
    }

    static byte[] getFile() {
        return ascii("GET /" + FILE + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    }

    static byte[] fileContent() {
        byte[] bytes = new byte[FILE_BYTES];
        new SplittableRandom(1).nextBytes(bytes);
        return bytes;
    }

    /** A folder that holds the file, to be served. */
    static Path folder(Layout layout) throws IOException {
        Path folder = Files.createDirectories(layout.output("site"));
        Path file = folder.resolve(FILE);
        if (!Files.exists(file) || Files.size(file) != FILE_BYTES) {
            Files.write(file, fileContent());
        }
        return folder;
    }

    static byte[] post(byte[] body) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        String head =
                "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        + "Content-Type: application/octet-stream\r\nContent-Length: "
                        + body.length
                        + "\r\n\r\n";
        request.writeBytes(ascii(head));
        request.writeBytes(body);
        return request.toByteArray();
    }

    /** Leaves {@code bytes} in a file for a program to read. */
    static Path file(Layout layout, String name, byte[] bytes) throws IOException {
        return Files.write(layout.output(name), bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
