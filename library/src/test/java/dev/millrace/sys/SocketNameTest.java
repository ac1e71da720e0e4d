package dev.millrace.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketNameTest {
    private final Libc libc = new Libc();

    @AfterEach
    void free() {
        libc.close();
    }

    @Test
    void anIpv4NameHasTheKernelsBytes() {
        MemorySegment memory = dirty();
        SocketName name = new SocketName(Linux.AF_INET, new byte[] {127, 0, 0, 1}, 8080, 0);
        assertThat(name.store(memory)).isEqualTo(16);
        assertThat(memory.asSlice(0, 16).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .containsExactly(2, 0, 0x1F, 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        assertSame(SocketName.load(memory, 16), name);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x7FFF_FFFF})
    void anIpv6NameKeepsItsScope(int scope) throws Exception {
        MemorySegment memory = dirty();
        byte[] host = InetAddress.ofLiteral("fe80::1:2:3").getAddress();
        SocketName name = new SocketName(Linux.AF_INET6, host, 65_535, scope);
        assertThat(name.store(memory)).isEqualTo(28);
        assertThat(memory.get(java.lang.foreign.ValueLayout.JAVA_INT, 4)).as("flow info").isZero();
        assertSame(SocketName.load(memory, 28), name);
    }

    @Test
    void aPathIsStoredWithItsNulAndLoadedWithout() {
        MemorySegment memory = dirty();
        SocketName name = unix("/tmp/a");
        assertThat(name.store(memory)).isEqualTo(2 + 6 + 1);
        assertSame(SocketName.load(memory, 9), name);
        // Some kernels' lengths leave the NUL out, and getsockname may count far beyond it.
        assertSame(SocketName.load(memory, 8), name);
        memory.asSlice(9).fill((byte) 0);
        assertSame(SocketName.load(memory, 110), name);
    }

    @Test
    void anAbstractNameIsItsBytesAndNothingMore() {
        MemorySegment memory = dirty();
        SocketName name = unix("\0name");
        assertThat(name.store(memory)).isEqualTo(2 + 5);
        assertSame(SocketName.load(memory, 7), name);
    }

    @Test
    void anUnnamedSocketHasNoBytes() {
        MemorySegment memory = dirty();
        SocketName name = unix("");
        assertThat(name.store(memory)).isEqualTo(2);
        assertSame(SocketName.load(memory, 2), name);
    }

    @Test
    void theLongestNamesSurviveTheKernelUncut() throws Exception {
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "m");
        String path = folder + "/" + "p".repeat(107 - folder.toString().length() - 1);
        assertRoundTrip(unix(path));
        assertRoundTrip(unix("\0" + "a".repeat(107)));
        Files.delete(Path.of(path));
        Files.delete(folder);
    }

    @Test
    void anIpName() {
        assertRoundTrip(new SocketName(Linux.AF_INET, new byte[] {127, 0, 0, 1}, 0, 0));
    }

    /** Bound, asked for, and the same again but for a port the kernel chose. */
    private void assertRoundTrip(SocketName name) {
        int fd = libc.socket(name.family(), Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0);
        assertThat(libc.bind(fd, name)).isZero();
        SocketName found = libc.getsockname(fd);
        libc.close(fd);
        assertThat(found).isNotNull();
        assertThat(found.family()).isEqualTo(name.family());
        assertThat(found.bytes()).isEqualTo(name.bytes());
        assertThat(found.port() > 0).isEqualTo(name.family() != Linux.AF_UNIX);
    }

    private static SocketName unix(String text) {
        return new SocketName(Linux.AF_UNIX, text.getBytes(StandardCharsets.UTF_8), 0, 0);
    }

    /** Memory that an earlier call has used. */
    private static MemorySegment dirty() {
        MemorySegment memory = Arena.ofAuto().allocate(SocketName.MAX_BYTES, 8);
        memory.fill((byte) 0x55);
        return memory;
    }

    private static void assertSame(SocketName found, SocketName expected) {
        assertThat(found.family()).isEqualTo(expected.family());
        assertThat(Arrays.equals(found.bytes(), expected.bytes())).isTrue();
        assertThat(found.port()).isEqualTo(expected.port());
        assertThat(found.scope()).isEqualTo(expected.scope());
    }
}
