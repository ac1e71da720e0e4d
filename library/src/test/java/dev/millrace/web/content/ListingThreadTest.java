package dev.millrace.web.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.files.FoundFile;
import dev.millrace.files.PathName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which reading of a folder answers whom. */
@Timeout(30)
class ListingThreadTest {
    @TempDir private Path folder;

    private final Site site = new Site(PathName.of(Path.of("/")), "index.html", true, true);
    private final ListingThread thread = new ListingThread(100);
    private final LinkedBlockingQueue<ListingThread.Reading> told = new LinkedBlockingQueue<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void makeTheThreadBusy() {
        thread.execute(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private Found.Folder found(String shown) throws IOException {
        return new Found.Folder(FoundFile.find(PathName.of(folder)), shown);
    }

    private List<ListingThread.Reading> readings(int count) throws InterruptedException {
        release.countDown();
        List<ListingThread.Reading> readings = new ArrayList<>();
        for (int left = count; left > 0; left--) {
            readings.add(told.poll(20, TimeUnit.SECONDS));
        }
        return readings;
    }

    private static long descriptors(Path of) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> leadsTo(each, of)).count();
        }
    }

    private static boolean leadsTo(Path link, Path target) {
        try {
            return Files.readSymbolicLink(link).equals(target);
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void thoseThatWaitShareAReadingThatBeginsBehindThem() throws Exception {
        thread.read(site, found("/"), told::add);
        Files.createFile(folder.resolve("new"));
        thread.read(site, found("/"), told::add);
        List<ListingThread.Reading> readings = readings(2);
        assertThat(readings.getFirst()).isSameAs(readings.getLast());
        assertThat(readings.getFirst().listing().rows()).isEqualTo(1);
        Files.createFile(folder.resolve("newer"));
        thread.read(site, found("/"), told::add);
        assertThat(readings(1).getFirst().listing().rows()).isEqualTo(2);
    }

    @Test
    void anotherFolderHasItsOwn() throws Exception {
        thread.read(site, found("/"), told::add);
        thread.read(site, found("/other/"), told::add);
        List<ListingThread.Reading> readings = readings(2);
        assertThat(readings.getFirst()).isNotSameAs(readings.getLast());
    }

    @Test
    void whatFailsFailsForAllAndNothingStaysOpen() throws Exception {
        Path gone = folder.toRealPath();
        try (FoundFile other = FoundFile.find(PathName.of(folder))) {
            assertThat(other.isFolder()).isTrue();
        }
        long before = descriptors(gone);
        for (int count = 0; count < 2; count++) {
            Path file = Files.writeString(folder.resolve("f"), "no folder");
            FoundFile found = FoundFile.find(PathName.of(file));
            thread.read(site, new Found.Folder(found, "/"), told::add);
        }
        for (ListingThread.Reading reading : readings(2)) {
            assertThatThrownBy(reading::listing).isInstanceOf(IllegalStateException.class);
        }
        thread.read(site, found("/"), told::add);
        assertThat(readings(1).getFirst().listing().rows()).isEqualTo(1);
        assertThat(descriptors(gone)).isEqualTo(before);
        assertThat(descriptors(gone.resolve("f"))).isZero();
    }

    @Test
    void anotherSiteHasItsOwn() throws Exception {
        thread.read(site, found("/"), told::add);
        Site other = new Site(PathName.of(Path.of("/")), "index.html", true, true);
        thread.read(other, found("/"), told::add);
        List<ListingThread.Reading> readings = readings(2);
        assertThat(readings.getFirst()).isNotSameAs(readings.getLast());
    }

    /** Pages that wait for slow peers hold the names once. */
    @Test
    void aFolderThatHasNotChangedIsKeptOnce() throws Exception {
        thread.read(site, found("/"), told::add);
        Listing first = readings(1).getFirst().listing();
        thread.read(site, found("/"), told::add);
        assertThat(readings(1).getFirst().listing()).isSameAs(first);
        Files.writeString(folder.resolve("new"), "1");
        thread.read(site, found("/"), told::add);
        Listing second = readings(1).getFirst().listing();
        assertThat(second.rows()).isEqualTo(first.rows() + 1);
        Files.writeString(folder.resolve("new"), "12");
        thread.read(site, found("/"), told::add);
        assertThat(readings(1).getFirst().listing()).isNotSameAs(second);
        thread.read(site, found("/other/"), told::add);
        assertThat(readings(1).getFirst().listing()).isNotSameAs(second);
    }
}
