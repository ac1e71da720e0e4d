package dev.millrace.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What can be compared, and in which shapes of load. */
enum Workload {
    TCP_ECHO(
            Service.ECHO,
            new Variant("64B-c64", 64, 64, 1),
            new Variant("64B-c64-d16", 64, 64, 16),
            new Variant("16KiB-c64", 64, 16_384, 1),
            new Variant("64B-c1", 1, 64, 1)),
    UNIX_ECHO(Service.ECHO, new Variant("64B-c64", 64, 64, 1)),
    HTTP_PLAIN(Service.HTTP, new Variant("c64", 64, 0, 1), new Variant("c64-pipe16", 64, 0, 16)),
    HTTP_POST(Service.POST, new Variant("16KiB-c64", 64, 16_384, 1)),
    CHURN(Service.HTTP, new Variant("c64", 64, 0, 1)),
    FILE(Service.FILE, new Variant("1MiB-c16", 16, 0, 1)),
    IDLE(Service.ECHO),
    STARTUP(Service.HTTP);

    private final Service service;
    private final List<Variant> variants;

    Workload(Service service, Variant... variants) {
        this.service = service;
        this.variants = List.of(variants);
    }

    Service service() {
        return service;
    }

    List<Variant> variants() {
        return variants;
    }

    /** The peer that the others are set against. */
    String base() {
        return switch (this) {
            case TCP_ECHO, UNIX_ECHO, IDLE -> Peers.RAW_C;
            case CHURN, FILE -> Peers.NGINX;
            case HTTP_PLAIN, HTTP_POST, STARTUP -> Peers.NETTY_EPOLL;
        };
    }

    boolean unix() {
        return this == UNIX_ECHO;
    }

    /** The name on the command line: {@code tcp-echo}. */
    String title() {
        return name().toLowerCase().replace('_', '-');
    }

    static Optional<Workload> named(String title) {
        return Arrays.stream(values()).filter(w -> w.title().equals(title)).findFirst();
    }
}
