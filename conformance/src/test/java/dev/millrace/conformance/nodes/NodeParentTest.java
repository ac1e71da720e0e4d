package dev.millrace.conformance.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real Node parent and a child of ours exchange sockets, when there is a Node. */
@Tag("epoll")
@Tag("L1")
@Tag("L2")
@Tag("L7")
class NodeParentTest {
    private static boolean isNodeThere() {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "node")));
    }

    @Test
    void theyExchangeSocketsBothWays() throws Exception {
        assumeThat(isNodeThere()).as("node on the PATH").isTrue();
        Path program = Path.of(System.getProperty("millrace.root"), "conformance/peers/parent.js");
        List<String> command = new ArrayList<>(List.of("node", program.toString()));
        command.addAll(ChildJvm.command(NodeChild.class));
        assertThat(ChildJvm.run(command).output().lines())
                .containsExactly(
                        "ok an object comes back as it was",
                        "ok a connection is served",
                        "ok a burst is served",
                        "ok the server closes when the last connection there is gone",
                        "ok a listener serves",
                        "ok datagrams are answered",
                        "ok connections come back in their order",
                        "ok a listener comes",
                        "ok a datagram socket comes",
                        "ok every outcome was told",
                        "exit 0 null");
    }
}
