package dev.millrace.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every server that can take part, in the order in which they start. */
final class Peers {

    static final String RAW_C = "raw-c";
    static final String NETTY_EPOLL = "netty-epoll";
    static final String NGINX = "nginx";
    static final String NODE = "node";

    /** Keeps glibc from giving the top of the heap back at every free: see echo_uv.c. */
    private static final Map<String, String> NO_TRIM =
            Map.of("MALLOC_TRIM_THRESHOLD_", "268435456", "MALLOC_TOP_PAD_", "16777216");

    /** What Netty needs on a current JDK to use Unsafe and direct buffers without a cleaner. */
    private static final List<String> NETTY_OPTIONS =
            List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                    "-Dio.netty.noUnsafe=false",
                    "-Dio.netty.tryReflectionSetAccessible=true",
                    "-Dio.netty.leakDetection.level=disabled");

    private static final Set<Service> ECHO_ONLY = EnumSet.of(Service.ECHO);
    private static final Set<Service> ALL = EnumSet.of(Service.ECHO, Service.HTTP, Service.POST);
    private static final Set<Service> WEB = EnumSet.of(Service.HTTP, Service.POST);
    private static final Set<Service> EVERYTHING = EnumSet.allOf(Service.class);

    private final Layout layout;
    private final Tools tools;

    Peers(Layout layout, Tools tools) {
        this.layout = layout;
        this.tools = tools;
    }

    List<Peer> all(Workload workload, List<SystemUnderTest> suts) {
        Millrace millrace = new Millrace(layout);
        List<Peer> peers = new ArrayList<>();
        peers.add(new Peer(RAW_C, false, ECHO_ONLY, true, this::rawC));
        peers.add(new Peer("libuv", false, ECHO_ONLY, true, this::libuv));
        peers.add(
                new Peer(
                        "libuv-notrim",
                        false,
                        ECHO_ONLY,
                        true,
                        (s, at) -> libuv(s, at).with(NO_TRIM)));
        peers.add(new Peer(NODE, false, ALL, true, this::node));
        peers.add(new Peer("netty-nio", true, ALL, false, (s, at) -> netty("nio", s, at)));
        peers.add(new Peer(NETTY_EPOLL, true, ALL, true, (s, at) -> netty("epoll", s, at)));
        peers.add(new Peer("netty-io_uring", true, ALL, true, (s, at) -> netty("io_uring", s, at)));
        peers.add(new Peer("vertx", true, WEB, false, (s, at) -> java("VertxPeer", at)));
        peers.add(
                new Peer(
                        "microhttp",
                        true,
                        EnumSet.of(Service.HTTP),
                        false,
                        (s, at) -> java("MicrohttpPeer", at)));
        peers.add(new Peer("bun", false, WEB, false, this::bun));
        peers.add(
                new Peer(
                        NGINX,
                        false,
                        EnumSet.of(Service.HTTP, Service.FILE),
                        false,
                        new Nginx(layout)::command));
        peers.add(new Peer(Millrace.NAME, true, EVERYTHING, true, millrace::direct));
        if (workload == Workload.STARTUP) {
            peers.add(new Peer("millrace-command", true, ALL, true, millrace::launcher));
        }
        suts.forEach(sut -> peers.add(sut.peer()));
        return peers;
    }

    private Command rawC(Service service, Endpoint at)
            throws LeftOut, IOException, InterruptedException {
        return Command.of(tools.compiled("echo_epoll").toString(), at.text());
    }

    private Command libuv(Service service, Endpoint at)
            throws LeftOut, IOException, InterruptedException {
        return Command.of(tools.compiled("echo_uv", "-luv").toString(), at.text());
    }

    private Command node(Service service, Endpoint at)
            throws LeftOut, IOException, InterruptedException {
        String script = service == Service.ECHO ? "echo.mjs" : "hello.mjs";
        return Command.of(
                tools.node().toString(), layout.source("js", script).toString(), at.text());
    }

    /** A route that is fixed, which Bun answers without its engine, and a handler for the rest. */
    private Command bun(Service service, Endpoint at)
            throws LeftOut, IOException, InterruptedException {
        return Command.of(
                tools.bun().toString(), layout.source("js", "bun.mjs").toString(), at.text());
    }

    private Command netty(String transport, Service service, Endpoint at) {
        return java("NettyPeer", transport, service.name().toLowerCase(), at.text());
    }

    private Command java(String peer, Endpoint at) {
        return java(peer, new String[] {at.text()});
    }

    private Command java(String peer, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(Millrace.java());
        words.addAll(Millrace.JVM_OPTIONS);
        words.addAll(NETTY_OPTIONS);
        words.addAll(List.of("-cp", layout.classPath(), "dev.millrace.bench.peer." + peer));
        words.addAll(List.of(arguments));
        return Command.of(words);
    }
}
