package dev.millrace.web.content;

import dev.millrace.files.FoundFile;
import dev.millrace.files.OpenFile;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * A regular file that is open: length, time and bytes are of one file, whatever its name leads to
 * meanwhile.
 *
 * @param type its media type
 * @param coding the content coding it is in; empty for none
 * @param isNegotiated whether another client might get another coding of it
 * @param length in bytes
 * @param modified when it was changed last
 * @param file the file
 */
public record Document(
        String type,
        String coding,
        boolean isNegotiated,
        long length,
        Instant modified,
        OpenFile file) {

    /** The codings that a file may lie beside it in, and how its name ends then; best first. */
    public static final List<String> CODINGS = List.of("br", "zstd", "gzip");

    private static final List<String> SUFFIXES = List.of(".br", ".zst", ".gz");

    /** Opens {@code file} itself. */
    static Document open(FoundFile file) throws IOException {
        String type = MediaTypes.of(ByteText.of(file.location().name())).orElse("");
        return opened(file, type, "", false);
    }

    /** Opens {@code file}, or what lies beside it in one of {@code codings}, best first. */
    static Document open(
            FoundFile file, Siblings siblings, List<String> codings, boolean isNegotiated)
            throws IOException {
        String type = MediaTypes.of(ByteText.of(file.location().name())).orElse("");
        for (String coding : codings) {
            String suffix = SUFFIXES.get(CODINGS.indexOf(coding));
            try (FoundFile sibling = siblings.find(suffix)) {
                if (sibling.isFile() && siblings.isAllowed(sibling)) {
                    String plain = type.isEmpty() ? sniffedOf(file) : type;
                    return opened(sibling, plain, coding, isNegotiated);
                }
            } catch (IOException e) {
                if (!(Site.failed(e) instanceof Found.Nothing)) {
                    throw e;
                }
            }
        }
        return opened(file, type, "", isNegotiated);
    }

    /** Finds what lies beside a file. */
    interface Siblings {
        FoundFile find(String suffix) throws IOException;

        /** Whether it may be served. */
        boolean isAllowed(FoundFile found);
    }

    private static Document opened(FoundFile file, String type, String coding, boolean isNegotiated)
            throws IOException {
        OpenFile open = file.open();
        try {
            String known = type.isEmpty() ? sniffed(open) : type;
            return new Document(known, coding, isNegotiated, file.length(), file.modified(), open);
        } catch (Throwable failure) {
            open.close();
            throw failure;
        }
    }

    private static String sniffedOf(FoundFile file) throws IOException {
        try (OpenFile open = file.open()) {
            return sniffed(open);
        }
    }

    private static String sniffed(OpenFile open) throws IOException {
        byte[] begin = new byte[MediaTypes.SNIFFED_BYTES];
        return MediaTypes.sniffed(begin, Math.max(0, open.read(begin, 0, begin.length, 0)));
    }

    Validator validator(Instant now) {
        return Validator.of(length, modified, coding.isEmpty() ? "" : "-" + coding, now);
    }
}
