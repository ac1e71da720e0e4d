package dev.millrace.systemd;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;
import dev.millrace.testing.Kernel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sockets in a row of numbers that nothing else has, as a parent passes them. */
final class PassedSockets implements AutoCloseable {
    /** Of a process that there need not be. */
    static final String PID = "4711";

    private static final int FIRST = 700;

    private final Libc libc = new Libc();
    private final List<Integer> numbers = new ArrayList<>();

    IpAddress tcp(String host) {
        int fd =
                socket(
                        Linux.AF_INET,
                        Linux.SOCK_STREAM,
                        new SocketName(Linux.AF_INET, bytes(host), 0, 0));
        libc.listen(fd, 16);
        return (IpAddress) Descriptor.of(fd).localAddress().orElseThrow();
    }

    IpAddress udp(String host) {
        int fd =
                socket(
                        Linux.AF_INET,
                        Linux.SOCK_DGRAM,
                        new SocketName(Linux.AF_INET, bytes(host), 0, 0));
        return (IpAddress) Descriptor.of(fd).localAddress().orElseThrow();
    }

    void unix(Path path) {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        int fd =
                socket(Linux.AF_UNIX, Linux.SOCK_STREAM, new SocketName(Linux.AF_UNIX, name, 0, 0));
        libc.listen(fd, 16);
    }

    void add(Descriptor descriptor) {
        numbered(descriptor.release());
    }

    void file(Path path) {
        numbered(libc.open(path.toString(), 0));
    }

    private static byte[] bytes(String host) {
        return IpAddress.of(host, 0).host().getAddress();
    }

    private int socket(int family, int type, SocketName name) {
        int fd = libc.socket(family, type, 0);
        if (libc.bind(fd, name) < 0) {
            throw new AssertionError("bind");
        }
        return numbered(fd);
    }

    /** At the next number, where it is not closed on exec. */
    private int numbered(int fd) {
        int wanted = FIRST + numbers.size();
        int got = libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, wanted);
        libc.close(fd);
        if (got != wanted || libc.fcntl(got, Linux.F_SETFD, 0) != 0) {
            throw new AssertionError("number " + wanted + " is taken");
        }
        numbers.add(got);
        return got;
    }

    int first() {
        return FIRST;
    }

    List<Integer> numbers() {
        return numbers;
    }

    /** With one name for each of them. */
    InheritedSockets named(String... names) {
        return of(
                "LISTEN_FDS", String.valueOf(numbers.size()),
                "LISTEN_PID", PID,
                "LISTEN_FDNAMES", String.join(":", names));
    }

    InheritedSockets of(String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (int at = 0; at < variables.length; at += 2) {
            environment.put(variables[at], variables[at + 1]);
        }
        return InheritedSockets.of(environment, Long.parseLong(PID), FIRST);
    }

    /** Whether it is our socket that the server serves, and not another one at the same place. */
    boolean isServedBy(NetServer server) {
        return Kernel.descriptor(Kernel.listener(server.port())) == numbers.getFirst();
    }

    @Override
    public void close() {
        numbers.forEach(libc::close);
        libc.close();
    }
}
