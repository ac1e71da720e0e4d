package dev.millrace.conformance.abuse;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;

/** The folder that is served, and what is in it. */
final class Place {
    /** Names of a folder whose listing is asked for. */
    static final int NAMES = 5_000;

    static final int FILES = 16;
    static final int BIG_BYTES = 10 << 20;
    private static final int PIECE_BYTES = 64 << 10;

    private final Path folder;

    private Place(Path folder) {
        this.folder = folder;
    }

    /** Fills {@code folder}, once. */
    static Place in(Path folder, int readBytes) throws IOException {
        Place place = new Place(folder);
        Files.writeString(folder.resolve("small"), "small");
        for (int number = 0; number < FILES; number++) {
            Files.write(folder.resolve("f" + number), fileOf(number));
        }
        place.write("big", BIG_BYTES);
        place.write("read", readBytes);
        Path many = Files.createDirectory(folder.resolve("many"));
        for (int number = 0; number < NAMES; number++) {
            Files.createFile(many.resolve("name-of-a-file-" + number));
        }
        return place;
    }

    /** What is in the file of that number. */
    static byte[] fileOf(int number) {
        return ("file " + number + " ").repeat(100 + number).getBytes(StandardCharsets.US_ASCII);
    }

    /** A piece of a large body, which is made of many. */
    static byte[] piece() {
        byte[] piece = new byte[PIECE_BYTES];
        for (int at = 0; at < piece.length; at++) {
            piece[at] = (byte) (at * 31 + (at >> 8));
        }
        return piece;
    }

    static long checksum(byte[] bytes) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        return checksum.getValue();
    }

    /** That of so many bytes made of pieces. */
    static long checksumOfPieces(int bytes) {
        CRC32 checksum = new CRC32();
        byte[] piece = piece();
        for (int written = 0; written < bytes; written += piece.length) {
            checksum.update(piece);
        }
        return checksum.getValue();
    }

    private void write(String name, int bytes) throws IOException {
        byte[] piece = piece();
        try (OutputStream out =
                new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            for (int written = 0; written < bytes; written += piece.length) {
                out.write(piece);
            }
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
