package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.FileRegion;
import dev.millrace.sys.Errno;
import dev.millrace.sys.PathPin;
import dev.millrace.sys.ReadableFile;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts of a file that the kernel sends, and the wait for room for them. */
@Tag("epoll")
class EpollFileTest extends EpollFixture {
    @TempDir private Path folder;

    private ReadableFile open(byte[] content) throws IOException {
        Path path = Files.write(folder.resolve("file"), content);
        try (PathPin pin = PathPin.open(path.toString().getBytes(StandardCharsets.UTF_8))) {
            return ReadableFile.open(pin);
        }
    }

    @Test
    void aPartIsSentFromAnyOfItsBytes() throws IOException {
        Pair pair = pair();
        pair.server().read();
        try (ReadableFile file = open("0123456789".getBytes(StandardCharsets.UTF_8))) {
            FileRegion region = new FileRegion(file, 2, 6);
            assertThat(driver.trySendFile(pair.client().port, region, 1, 3)).isEqualTo(3);
            expect("its bytes", () -> pair.server().text().equals("345"));
            FileRegion beyond = new FileRegion(file, 8, 10);
            assertThat(driver.trySendFile(pair.client().port, beyond, 0, 10)).isEqualTo(2);
            assertThat(driver.trySendFile(pair.client().port, beyond, 2, 8))
                    .isEqualTo(-Errno.ENODATA);
        }
    }

    /** sendfile(2) would wait for the peer, and with it the loop. */
    @Test
    @Tag("B11")
    void onlyConnectionsThatDoNotWaitSendFiles() throws IOException {
        Pair foreign = foreignPair();
        assertThat(driver.sendsFiles(foreign.client().port)).isFalse();
        assertThat(driver.sendsFiles(foreign.server().port)).isTrue();
        assertThat(driver.sendsFiles(accepting().port)).isFalse();
        assertThat(driver.sendsFiles(newEnd().port)).isFalse();
    }

    @Test
    void roomIsToldOnce() throws IOException {
        Pair pair = pair();
        try (ReadableFile file = open(RawClient.pattern(1 << 20))) {
            FileRegion region = new FileRegion(file, 0, 1 << 20);
            long sent = 0;
            int count = -1;
            while (count != 0) {
                count = driver.trySendFile(pair.client().port, region, 0, region.length());
                sent += count;
            }
            driver.awaitWritable(pair.client().port);
            settle();
            assertThat(pair.client().seen).as("nobody reads").doesNotContain("writable");
            pair.server().read();
            expect(pair.client(), "writable");
            long all = sent;
            expect("all of it", () -> pair.server().received.count() == all);
            assertIdle();
            assertThat(pair.client().count("writable")).isEqualTo(1);
        }
    }

    @Test
    @Tag("X72")
    void whatWaitsForRoomHearsThatItsDescriptorIsGone() {
        End listener = accepting();
        Pair pair = pair(listener);
        poll();
        driver.awaitWritable(pair.server().port);
        libc.close(fd(pair.server()));
        End newcomer = newEnd();
        connect(newcomer, driver.localAddress(listener.port));
        expect(pair.server(), "writable");
        assertThat(pair.server().count("writable")).isEqualTo(1);
    }
}
