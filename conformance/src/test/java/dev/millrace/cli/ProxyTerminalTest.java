package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.sys.Libc;
import dev.millrace.sys.PseudoTerminal;
import dev.millrace.testing.Kernel;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a proxy says on a terminal. */
class ProxyTerminalTest {
    private static final Pattern PORT = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");

    private final StringBuilder shown = new StringBuilder();

    private void awaitShown(Libc libc, PseudoTerminal pty, String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        Kernel.await(
                pattern,
                () -> {
                    shown.append(pty.shown(libc));
                    return wanted.matcher(shown).find();
                });
    }

    @Test
    void itSaysEachSecondWhatItCarries() throws Exception {
        Launched.requireBuilt();
        try (Libc libc = new Libc();
                ServerSocket target = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            PseudoTerminal pty = PseudoTerminal.open(libc);
            Process proxy = start(pty, target.getLocalPort());
            try {
                awaitShown(libc, pty, PORT.pattern() + "[^\n]*\n");
                Matcher port = PORT.matcher(shown);
                assertThat(port.find()).isTrue();
                try (Socket client = connect(Integer.parseInt(port.group(1)));
                        Socket served = target.accept()) {
                    carry(client, served, 3000);
                    carry(served, client, 5000);
                    String line = "\n1 open · 1 served · there [^\n]*B/s · back [1-9][^\n]*\n";
                    awaitShown(libc, pty, line);
                    assertThat(shown).containsPattern("there [1-9]");
                }
                awaitShown(libc, pty, "\n0 open · 1 served · there 0 B/s · back 0 B/s\r");
                proxy.destroy();
                assertThat(proxy.waitFor(Launched.DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(proxy.exitValue()).isZero();
            } finally {
                proxy.destroyForcibly();
                pty.close(libc);
            }
        }
    }

    private static Process start(PseudoTerminal pty, int target) throws IOException {
        File device = new File(pty.path());
        ProcessBuilder builder =
                new ProcessBuilder(
                        Launched.root().resolve("millrace").toString(),
                        "proxy",
                        "tcp://127.0.0.1:0",
                        "tcp://127.0.0.1:" + target);
        builder.environment().put("MILLRACE_BUILD", "no");
        return builder.redirectInput(device).redirectOutput(device).start();
    }

    private static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static void carry(Socket from, Socket to, int count) throws IOException {
        from.getOutputStream().write(new byte[count]);
        assertThat(to.getInputStream().readNBytes(count)).hasSize(count);
    }
}
