package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Descriptor;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A receiver that has no number left for the descriptors it is sent. */
@Tag("epoll")
class ChannelShortageTest {
    private static final int LIMIT = 200;

    /** Both ends in one process; prints the outcomes, and whether anything is left open. */
    static final class Program {
        public static void main(String[] arguments) throws IOException {
            try (ChannelPair pair = new ChannelPair();
                    Libc libc = new Libc()) {
                Descriptor sent = Descriptor.of(libc.open("/dev/zero", Linux.O_RDONLY));
                pair.right.onMessage(message -> {
                    pair.journal.add(message.text());
                    if (!message.text().equals("refused")) {
                        message.take().forEach(one -> ((Passable.Open) one).descriptor().close());
                    }
                });
                // Afterwards no class can be loaded.
                Passable warm = Passable.of(sent.duplicate());
                pair.left.send("refused", List.of(warm), pair::outcome);
                pair.left.send("taken", List.of(warm), pair::outcome);
                pair.until("outcome taken");
                pair.right.pause();
                pair.left.send("lost", List.of(Passable.of(sent)), pair::outcome);
                pair.left.send("and on", List.of(), error -> {});
                pair.turns();
                Deque<Integer> fillers = new ArrayDeque<>();
                for (int fd = 0; fd >= 0; fd = libc.open("/dev/null", Linux.O_RDONLY)) {
                    fillers.add(fd);
                }
                pair.right.resume();
                for (int turn = 0; turn < 20; turn++) {
                    pair.turns();
                }
                fillers.stream().skip(1).forEach(libc::close);
                pair.left.send("again", List.of(Passable.of(sent)), pair::outcome);
                pair.until("all", () -> pair.journal.count("outcome taken") == 2);
                System.out.println(
                        pair.journal.lines().stream().skip(4).toList()
                                + " "
                                + Kernel.descriptors("/dev/zero").size());
            }
        }
    }

    @Test
    @Tag("X93")
    void theSenderLearnsAndTheChannelGoesOn() throws Exception {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("sh", "-c", "ulimit -n " + LIMIT + " && exec \"$@\"", "sh"));
        command.addAll(ChildJvm.command(Program.class));
        assertThat(ChildJvm.run(command).output())
                .isEqualTo("[and on, outcome send EMFILE, again, outcome taken] 0\n");
    }
}
