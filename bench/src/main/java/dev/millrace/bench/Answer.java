package dev.millrace.bench;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * One HTTP answer, read the plain way: for checking servers, not for measuring them.
 *
 * @param lengthBytes of the whole answer on the wire
 */
record Answer(int status, Map<String, String> headers, byte[] body, int lengthBytes) {

    static Answer read(InputStream in) throws IOException {
        int length = 0;
        String line = line(in);
        length += line.length() + 2;
        String[] status = line.split(" ", 3);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        while (!(line = line(in)).isEmpty()) {
            length += line.length() + 2;
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        String declared = headers.get("Content-Length");
        if (!status[0].equals("HTTP/1.1") || declared == null) {
            throw new IOException("not an HTTP/1.1 answer with a Content-Length: " + headers);
        }
        byte[] body = in.readNBytes(Integer.parseInt(declared));
        return new Answer(Integer.parseInt(status[1]), headers, body, length + 2 + body.length);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b; (b = in.read()) != '\n'; ) {
            if (b < 0) {
                throw new EOFException("connection ended inside a line");
            }
            bytes.write(b);
        }
        String line = bytes.toString(StandardCharsets.ISO_8859_1);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
