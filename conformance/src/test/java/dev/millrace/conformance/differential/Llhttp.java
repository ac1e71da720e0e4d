package dev.millrace.conformance.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.conformance.differential.Verdict.End;
import dev.millrace.conformance.differential.Verdict.Message;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Reads messages with llhttp, in a Node process that is asked for thousands at a time. */
final class Llhttp implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of();

    private final Process node;
    private final DataOutputStream out;
    private final BufferedReader in;

    Llhttp(Path root) throws IOException {
        Path program = root.resolve("conformance/peers/llhttp.js");
        node =
                new ProcessBuilder("node", "--no-deprecation", program.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        out = new DataOutputStream(node.getOutputStream());
        in = new BufferedReader(new InputStreamReader(node.getInputStream(), ISO_8859_1));
    }

    /** The version of Node, or why there is none, in one line. */
    static String version() {
        try {
            Process node = new ProcessBuilder("node", "-p", "process.versions.llhttp").start();
            return "llhttp " + new String(node.getInputStream().readAllBytes(), ISO_8859_1).strip();
        } catch (IOException e) {
            return "";
        }
    }

    List<Verdict> read(List<byte[]> inputs, boolean isResponse) throws IOException {
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                for (byte[] input : inputs) {
                                    out.writeByte(isResponse ? 1 : 0);
                                    out.writeInt(input.length);
                                    out.write(input);
                                }
                                out.flush();
                            } catch (IOException e) {
                                node.destroy();
                            }
                        });
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            String line = in.readLine();
            if (line == null) {
                throw new EOFException("node ended at message " + i);
            }
            verdicts.add(new Line(line).verdict());
        }
        writer.interrupt();
        return verdicts;
    }

    @Override
    public void close() {
        node.destroy();
    }

    /** One line of the program's output. */
    private static final class Line {
        private final String[] words;
        private int at;

        Line(String line) {
            this.words = line.split(" ");
        }

        Verdict verdict() {
            List<Message> messages = new ArrayList<>();
            while (words[at].equals("M")) {
                at++;
                List<String> start = texts();
                List<String> fields = texts();
                messages.add(new Message(start, fields, text(), texts()));
            }
            End end =
                    switch (words[at++]) {
                        case "D" -> End.DONE;
                        case "I" -> End.INCOMPLETE;
                        default -> End.REFUSED;
                    };
            return new Verdict(messages, end, words[at]);
        }

        private List<String> texts() {
            int count = Integer.parseInt(words[at++]);
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                texts.add(text());
            }
            return texts;
        }

        private String text() {
            String word = words[at++];
            return word.equals("-") ? "" : new String(HEX.parseHex(word), ISO_8859_1);
        }
    }
}
