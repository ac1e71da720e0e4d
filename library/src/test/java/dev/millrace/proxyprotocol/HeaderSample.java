package dev.millrace.proxyprotocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** One entry of {@code proxyprotocol/headers.txt}: a name, bytes, and what is right. */
record HeaderSample(String name, byte[] bytes, boolean isRefused, String expected) {
    static final int MAX_BYTES = 1024;

    static List<HeaderSample> all() {
        String text;
        try (InputStream in =
                HeaderSample.class.getResourceAsStream("/proxyprotocol/headers.txt")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<HeaderSample> samples = new ArrayList<>();
        String[] entries = text.split("(?m)^== ");
        for (int at = 1; at < entries.length; at++) {
            String[] line = entries[at].split("\n");
            boolean isRefused = line[2].startsWith("error: ");
            samples.add(
                    new HeaderSample(
                            line[0],
                            bytes(line[1].substring("bytes: ".length())),
                            isRefused,
                            line[2].substring((isRefused ? "error: " : "header: ").length())));
        }
        return samples;
    }

    private static byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c != '\\') {
                bytes.write(c);
                continue;
            }
            char escaped = text.charAt(++at);
            switch (escaped) {
                case 'r' -> bytes.write('\r');
                case 'n' -> bytes.write('\n');
                case 'x' -> {
                    bytes.write(HexFormat.fromHexDigits(text, at + 1, at + 3));
                    at += 2;
                }
                default -> bytes.write(escaped);
            }
        }
        return bytes.toByteArray();
    }

    /** What {@code header} says, as the file writes it. */
    static String text(ProxyHeader header) {
        StringBuilder text = new StringBuilder();
        text.append(header.version()).append(' ').append(header.transport()).append(' ');
        if (header.isLocal()) {
            text.append("local");
        } else if (header.source().isEmpty()) {
            text.append("unknown");
        } else {
            text.append(header.source().get()).append(" > ").append(header.destination().get());
        }
        for (ProxyTlv tlv : header.tlvs()) {
            text.append(' ').append(tlv.type()).append('=');
            text.append(HexFormat.of().formatHex(tlv.value()));
        }
        return text.append(header.hasChecksum() ? " checksum" : "").toString();
    }

    @Override
    public String toString() {
        return name;
    }
}
