package dev.millrace.ipc;

import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A child that does what it is told, one command a message. */
final class ChildProgram {
    private ChildProgram() {}

    public static void main(String[] arguments) {
        Loop.run(ChildProgram::start);
    }

    private static void start(Loop loop) {
        ParentProcess parent = ParentProcess.connect(loop);
        parent.onMessage(message -> obey(parent, message));
        parent.send("hello " + ProcessHandle.current().pid());
    }

    private static void obey(ParentProcess parent, Message message) {
        switch (message.text()) {
            case "serve" -> {
                NetSocket socket = ((Passable.Connection) message.take().getFirst()).socket();
                socket.end("served by " + ProcessHandle.current().pid());
            }
            case "refuse" -> {}
            case "descriptors" -> parent.send(descriptors());
            case "environment" -> parent.send("secret " + System.getenv("SECRET"));
            case "back" ->
                    parent.send("back", message.take(), error -> parent.send("outcome " + error));
            case "stay" -> parent.stay();
            case "exit" -> System.exit(7);
            case "disconnect" -> parent.disconnect();
            default -> parent.send(message.text());
        }
    }

    /** Its open descriptors that are no files of the JVM's own: kinds only, in order. */
    private static String descriptors() {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            List<String> targets =
                    links.map(ChildProgram::target).filter(target -> !target.isEmpty()).toList();
            return "descriptors "
                    + targets.stream()
                            .filter(target -> !target.startsWith("/") || target.equals("/dev/zero"))
                            .map(target -> target.replaceFirst(":?\\[.*", ""))
                            .sorted()
                            .collect(Collectors.joining(" "));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException gone) {
            return "";
        }
    }
}
