package dev.millrace.web.content;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Media types by a file name's extension. Texts are taken to be UTF-8. */
public final class MediaTypes {
    public static final String UNKNOWN = "application/octet-stream";

    /** So much of a file is looked at. */
    static final int SNIFFED_BYTES = 1024;

    private static final String TEXT = "text/plain; charset=utf-8";

    /** A type, then its extensions. */
    private static final String TABLE =
            """
            text/html html htm
            text/css css
            text/javascript js mjs cjs
            text/plain txt text log conf ini properties java kt c h cpp hpp rs go py rb sh sql
            text/markdown md markdown
            text/csv csv
            text/tab-separated-values tsv
            text/calendar ics
            text/vcard vcf
            text/vtt vtt
            text/x-diff diff patch
            application/yaml yaml yml
            application/json json map
            application/ld+json jsonld
            application/manifest+json webmanifest
            application/geo+json geojson
            application/toml toml
            application/xml xml xsl xsd
            application/xhtml+xml xhtml
            application/atom+xml atom
            application/rss+xml rss
            application/wasm wasm
            application/pdf pdf
            application/rtf rtf
            application/epub+zip epub
            application/zip zip
            application/gzip gz tgz
            application/zstd zst
            application/x-bzip2 bz2
            application/x-xz xz
            application/x-7z-compressed 7z
            application/x-tar tar
            application/java-archive jar war
            application/msword doc
            application/vnd.ms-excel xls
            application/vnd.ms-powerpoint ppt
            application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
            application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
            application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
            application/vnd.oasis.opendocument.text odt
            application/vnd.oasis.opendocument.spreadsheet ods
            application/vnd.apple.mpegurl m3u8
            image/png png
            image/apng apng
            image/jpeg jpg jpeg
            image/gif gif
            image/svg+xml svg
            image/webp webp
            image/avif avif
            image/heic heic
            image/bmp bmp
            image/tiff tif tiff
            image/vnd.microsoft.icon ico
            audio/mpeg mp3
            audio/mp4 m4a
            audio/aac aac
            audio/ogg ogg oga opus
            audio/flac flac
            audio/wav wav
            audio/midi mid midi
            audio/webm weba
            video/mp4 mp4 m4v
            video/webm webm
            video/ogg ogv
            video/quicktime mov
            video/mpeg mpeg mpg
            video/x-msvideo avi
            video/x-matroska mkv
            video/mp2t ts
            font/woff woff
            font/woff2 woff2
            font/ttf ttf
            font/otf otf
            font/collection ttc
            application/octet-stream bin exe dll so dylib img iso dmg deb rpm class
            """;

    private static final Map<String, String> BY_EXTENSION = read();

    private MediaTypes() {}

    private static Map<String, String> read() {
        Map<String, String> types = new HashMap<>();
        for (String line : TABLE.split("\n")) {
            String[] word = line.split(" ");
            String type = word[0].startsWith("text/") ? word[0] + "; charset=utf-8" : word[0];
            for (int at = 1; at < word.length; at++) {
                types.put(word[at], type);
            }
        }
        return types;
    }

    /** Of a file with {@code name}; empty if its extension says nothing. */
    public static Optional<String> of(String name) {
        int dot = name.lastIndexOf('.');
        if (dot <= 0) {
            // No extension: html is a name like any other, and .html a hidden one.
            return Optional.empty();
        }
        String extension = name.substring(dot + 1).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(BY_EXTENSION.get(extension));
    }

    /**
     * Of a file whose name says nothing and that begins with {@code bytes}: text if they are UTF-8
     * without control characters. Plain text does nothing in a browser that a download would not.
     */
    static String sniffed(byte[] bytes, int length) {
        if (length == 0) {
            return UNKNOWN;
        }
        for (int at = 0; at < length; at++) {
            int b = bytes[at];
            boolean isControl = b >= 0 && b < ' ' || b == 0x7f;
            // Tab, line feed, form feed, carriage return, and escape for colours.
            if (isControl && b != 9 && b != 10 && b != 12 && b != 13 && b != 27) {
                return UNKNOWN;
            }
        }
        return isUtf8(bytes, length) ? TEXT : UNKNOWN;
    }

    /** Of what may be cut in the midst of a character. */
    private static boolean isUtf8(byte[] bytes, int length) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer chars = CharBuffer.allocate(length);
        return !decoder.decode(ByteBuffer.wrap(bytes, 0, length), chars, false).isError();
    }
}
