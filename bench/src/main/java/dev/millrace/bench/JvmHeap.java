package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What lives on the heap of another JVM, asked through jcmd. */
final class JvmHeap {

    /** "used" of each generation; the metaspace lines are no heap. */
    private static final Pattern USED =
            Pattern.compile(
                    "^(?!\\s*(?:Metaspace|class space)).*\\bused (\\d+)K", Pattern.MULTILINE);

    private JvmHeap() {}

    static void collect(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
    }

    static long usedBytes(long pid) throws IOException, InterruptedException {
        Matcher used = USED.matcher(jcmd(pid, "GC.heap_info"));
        long kib = 0;
        while (used.find()) {
            kib += Long.parseLong(used.group(1));
        }
        return kib * 1024;
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process =
                new ProcessBuilder(program, Long.toString(pid), command)
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return output;
    }
}
