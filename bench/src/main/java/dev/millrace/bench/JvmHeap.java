package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What lives on the heap of another JVM, asked through jcmd. */
final class JvmHeap {
    /** The last line of a class histogram: objects and bytes. */
    private static final Pattern TOTAL = Pattern.compile("^Total +\\d+ +(\\d+)", Pattern.MULTILINE);

    private JvmHeap() {}

    /**
     * The bytes of all objects that can be reached. "Used" of a collected heap is more: a
     * compacting collector leaves dead objects where moving the live ones over them would not pay.
     */
    static long liveBytes(long pid) throws IOException, InterruptedException {
        String histogram = jcmd(pid, "GC.class_histogram");
        Matcher total = TOTAL.matcher(histogram);
        if (!total.find()) {
            throw new IOException("jcmd GC.class_histogram answered: " + histogram.strip());
        }
        return Long.parseLong(total.group(1));
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
