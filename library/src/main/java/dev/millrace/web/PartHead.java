package dev.millrace.web;

import dev.millrace.http.ServerRequest.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of one part of a form (RFC 7578 section 4), in UTF-8 as section 5.1 has it.
 *
 * @param fields by name in lower case
 */
record PartHead(String name, @Nullable String fileName, Map<String, String> fields) {
    private static final String DISPOSITION = "content-disposition";
    private static final String ENCODING = "content-transfer-encoding";

    /** Of field lines that end with CR LF each. */
    static PartHead of(byte[] lines) throws RefusedException {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : text(lines).split("\r\n")) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon);
            String value = line.substring(colon + 1).strip();
            if (!FieldText.isToken(name) || !value.chars().allMatch(PartHead::isOfValue)) {
                throw bad("a line of its head is no field");
            }
            if (fields.put(name.toLowerCase(Locale.ROOT), value) != null) {
                throw bad("its head has " + name + " twice");
            }
        }
        return of(fields);
    }

    private static PartHead of(Map<String, String> fields) throws RefusedException {
        String disposition = fields.getOrDefault(DISPOSITION, "");
        Parameters parameters = new Parameters(disposition);
        if (!FieldText.mediaType(disposition).equals("form-data") || !parameters.read()) {
            throw bad("its Content-Disposition is no form-data with parameters");
        }
        String name = parameters.find("name");
        String fileName = parameters.find("filename");
        if (name == null || parameters.has("filename") && fileName == null) {
            throw bad("its Content-Disposition has not one name, or more than one filename");
        }
        // RFC 7578 section 4.7: nothing sends it, and to overlook it would be to store base64.
        String encoding = fields.getOrDefault(ENCODING, "binary").toLowerCase(Locale.ROOT);
        if (!encoding.matches("7bit|8bit|binary")) {
            throw bad("its Content-Transfer-Encoding is " + encoding);
        }
        return new PartHead(name, fileName, fields);
    }

    private static String text(byte[] bytes) throws RefusedException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw bad("its head is not UTF-8");
        }
    }

    private static boolean isOfValue(int c) {
        return c >= 0x20 && c != 0x7f || c == '\t';
    }

    private static RefusedException bad(String what) {
        return new RefusedException(400, "a part of the form can't be read: " + what);
    }
}
