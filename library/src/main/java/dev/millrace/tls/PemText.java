package dev.millrace.tls;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a text in PEM (RFC 7468); what stands between them is a comment.
 *
 * @param label what stands behind BEGIN
 */
record PemText(String label, byte[] bytes) {
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----");

    private static final int LINE = 64;

    /**
     * {@code where}: of what it is told when it is wrong.
     *
     * @throws IllegalArgumentException if a block is not whole, or no base64
     */
    static List<PemText> blocks(String text, String where) {
        List<PemText> blocks = new ArrayList<>();
        Matcher begin = BEGIN.matcher(text);
        int at = 0;
        while (begin.find(at)) {
            String label = begin.group(1);
            String end = "-----END " + label + "-----";
            at = text.indexOf(end, begin.end());
            if (at < 0) {
                throw new IllegalArgumentException(
                        where + ": the block " + label + " has no end; is the file cut off?");
            }
            blocks.add(new PemText(label, decoded(text.substring(begin.end(), at), label, where)));
            at += end.length();
        }
        return blocks;
    }

    /** The block itself, in lines of 64 characters (RFC 7468 section 2). */
    static String of(String label, byte[] bytes) {
        String base64 = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    private static byte[] decoded(String base64, String label, String where) {
        if (base64.contains(":")) {
            // RFC 1421 headers: Proc-Type and DEK-Info stand before what is encrypted.
            throw new IllegalArgumentException(where + ": " + TlsIdentity.ENCRYPTED);
        }
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    where + ": the block " + label + " is no base64: " + e.getMessage(), e);
        }
    }
}
