package dev.millrace.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * What the parser made of a request, as JSON. It has the factory of JSON, which no other command
 * needs to load.
 */
final class Reflection {
    private static final JsonFactory JSON = new JsonFactory();

    private Reflection() {}

    static void answer(ServerRequest request, ServerResponse response)
            throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long[] length = {0};
        request.onBytes((array, offset, count) -> {
            digest.update(array, offset, count);
            length[0] += count;
            return count;
        });
        request.onEnd(() -> {
            byte[] json = json(request, length[0], digest.digest());
            response.header("Content-Type", "application/json").end(json);
        });
    }

    private static byte[] json(ServerRequest request, long length, byte[] digest) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("method", request.method());
            json.writeStringField("target", request.target());
            json.writeArrayFieldStart("headers");
            for (Map.Entry<String, String> line : request.headers().list()) {
                json.writeStartArray();
                json.writeString(line.getKey());
                json.writeString(line.getValue());
                json.writeEndArray();
            }
            json.writeEndArray();
            json.writeNumberField("body_len", length);
            json.writeStringField("body_sha256", HexFormat.of().formatHex(digest));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
