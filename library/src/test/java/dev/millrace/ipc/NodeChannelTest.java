package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where the channel is found, and a process that has no number left. */
@Tag("epoll")
@Tag("L1")
class NodeChannelTest {
    private static Map<String, String> environment(Object number) {
        return Map.of(
                "NODE_CHANNEL_FD",
                String.valueOf(number),
                "NODE_CHANNEL_SERIALIZATION_MODE",
                "json");
    }

    private static NodeChannel open(Loop loop, Map<String, String> environment) {
        return NodeChannel.open(loop, ChannelOptions.DEFAULTS, environment);
    }

    @Test
    void withoutANodeParentItSaysSo() {
        assertThat(NodeChannel.isThere()).isFalse();
        try (Loop loop = Loop.create();
                Libc libc = new Libc()) {
            assertThatThrownBy(() -> NodeChannel.open(loop))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'ipc'");
            assertThatThrownBy(() ->
                            open(
                                    loop,
                                    Map.of(
                                            "NODE_CHANNEL_FD",
                                            "3",
                                            "NODE_CHANNEL_SERIALIZATION_MODE",
                                            "advanced")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("serialization: 'json'");
            assertThatThrownBy(() -> open(loop, environment("three")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no number: three");
            assertThatThrownBy(() -> open(loop, environment(2)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a standard stream");
            assertThatThrownBy(() -> open(loop, environment(987_654)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no channel");
            int file = libc.open("/dev/zero", Linux.O_RDONLY);
            assertThatThrownBy(() -> open(loop, environment(file)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another process");
            assertThat(Kernel.descriptors("/dev/zero")).as("it is not ours").contains(file);
            libc.close(file);
        }
    }

    @Test
    void theChannelMovesToANumberThatNoProgramInherits() throws IOException {
        UnixAddress name = UnixAddress.of("@millrace-node-open-" + ProcessHandle.current().pid());
        try (Loop loop = Loop.create()) {
            List<NetSocket> peers = new ArrayList<>();
            NetServer server = NetServer.create(loop, peers::add).listen(name);
            LoopFixture.pollUntil(loop, "listening", server::isListening);
            NetSocket socket = NetSocket.connect(loop, name);
            LoopFixture.pollUntil(loop, "connected", () -> !peers.isEmpty());
            Descriptor inherited = socket.descriptors().duplicate();
            socket.destroy();
            NodeChannel channel = open(loop, environment(inherited.number()));
            StringBuilder text = new StringBuilder();
            peers.getFirst().onData(data -> text.append((char) data.get()));
            channel.send("7");
            LoopFixture.pollUntil(loop, "written", () -> !text.isEmpty());
            assertThatThrownBy(() -> Kernel.flags(inherited.number())).isNotNull();
            peers.getFirst().destroy();
            server.close();
            List<String> ended = new ArrayList<>();
            channel.onMessage((json, passed) -> {}).onClose(() -> ended.add("closed"));
            LoopFixture.pollUntil(loop, "the end", () -> !ended.isEmpty());
        }
    }

    /** Its peer learns that a descriptor found no room, and sends it again. */
    static final class Program {
        public static void main(String[] arguments) throws IOException {
            try (NodePair pair = new NodePair();
                    Libc libc = new Libc()) {
                int sent = libc.open("/dev/zero", Linux.O_RDONLY);
                String line = "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":1}\n";
                pair.listen();
                // Afterwards no class can be loaded.
                pair.write(line);
                pair.untilSeen(NodePair.NACK);
                pair.write(line, sent);
                pair.untilSeen(NodePair.ACK);
                pair.channel.pause();
                pair.write(line, sent);
                pair.turns();
                Deque<Integer> fillers = new ArrayDeque<>();
                for (int fd = 0; fd >= 0; fd = libc.open("/dev/null", Linux.O_RDONLY)) {
                    fillers.add(fd);
                }
                pair.channel.resume();
                for (int turn = 0; turn < 20; turn++) {
                    pair.turns();
                }
                fillers.stream().skip(1).forEach(libc::close);
                pair.untilSeen(NodePair.NACK + NodePair.ACK + NodePair.NACK);
                pair.write(line, sent);
                pair.untilSeen(NodePair.NACK + NodePair.ACK + NodePair.NACK + NodePair.ACK);
                System.out.println(
                        pair.journal.lines() + " " + Kernel.descriptors("/dev/zero").size());
            }
        }
    }

    @Test
    @Tag("L2")
    @Tag("X93")
    void aDescriptorThatFoundNoRoomIsAskedForAgain() throws Exception {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("sh", "-c", "ulimit -n 200 && exec \"$@\"", "sh"));
        command.addAll(ChildJvm.command(Program.class));
        assertThat(ChildJvm.run(command).output())
                .isEqualTo("[message 1 Open, message 1 Open] 1\n");
    }
}
