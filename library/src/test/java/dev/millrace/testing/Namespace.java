package dev.millrace.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace of a child's own (unshare(1)), where it may break the network as it likes:
 * only the loopback interface, and no route to anywhere else.
 */
public final class Namespace {
    private static final List<String> UNSHARE = List.of("unshare", "--map-root-user", "--net");

    private static final Pattern PACKETS = Pattern.compile("packets (\\d+)");

    private Namespace() {}

    /** What {@code main} prints, run in a namespace of its own; the test is skipped without. */
    public static String run(Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> probe = new ArrayList<>(UNSHARE);
        probe.addAll(List.of("nft", "list", "ruleset"));
        boolean isMandatory = System.getenv("CI") != null;
        boolean isThere =
                Files.isExecutable(Path.of("/usr/bin/unshare"))
                        && Files.isExecutable(Path.of("/usr/sbin/nft"))
                        && ChildJvm.run(probe).status() == 0;
        assumeTrue(isMandatory || isThere, "needs unshare(1), nft(8) and user namespaces");
        List<String> command = new ArrayList<>(UNSHARE);
        String run = "ip link set lo up && exec \"$@\"";
        command.addAll(List.of("sh", "-c", run, "sh"));
        command.addAll(ChildJvm.command(main, arguments));
        ChildJvm.Result result = ChildJvm.run(command);
        if (result.status() != 0) {
            throw new AssertionError("the child ended with " + result);
        }
        return result.output();
    }

    /** From now on every packet that arrives anywhere in this process's namespace is lost. */
    public static void dropEverything() {
        shell("nft add table inet hole");
        shell("nft 'add chain inet hole in { type filter hook input priority 0; policy drop; }'");
    }

    /** From now on so many of a hundred packets are lost, whichever they are. */
    public static void dropSome(int percent) {
        shell("nft add table inet sieve");
        shell("nft 'add chain inet sieve in { type filter hook input priority 0; }'");
        shell("nft 'add rule inet sieve in numgen random mod 100 < " + percent + " counter drop'");
    }

    /** How many packets {@link #dropSome} has dropped. */
    public static long dropped() {
        Matcher count = PACKETS.matcher(shell("nft list chain inet sieve in"));
        return count.find() ? Long.parseLong(count.group(1)) : 0;
    }

    private static String shell(String line) {
        try {
            Process process =
                    new ProcessBuilder("sh", "-c", line).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(line + ": " + output);
            }
            return output;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
