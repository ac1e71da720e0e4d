package dev.millrace.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.PathPin;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Both ways to keep a file, and what each promises of a name that gets another file. */
@Timeout(30)
class FoundFileTest {
    @TempDir private Path folder;

    enum Way {
        PINNED {
            @Override
            FoundFile find(PathName name) throws IOException {
                return PinnedFile.named(name);
            }
        },
        CHECKED {
            @Override
            FoundFile find(PathName name) throws IOException {
                return CheckedFile.named(name);
            }
        };

        abstract FoundFile find(PathName name) throws IOException;

        FoundFile find(Path path) throws IOException {
            return find(PathName.of(path));
        }
    }

    @Test
    void itsTextNamesItAndItsSize() throws IOException {
        Path path = Files.writeString(folder.toRealPath().resolve("f"), "four");
        for (Way way : Way.values()) {
            try (FoundFile file = way.find(path);
                    FoundFile place = way.find(path.getParent())) {
                assertThat(file).hasToString("FoundFile[" + path + ", 4 B]");
                assertThat(place).hasToString("FoundFile[" + path.getParent() + ", folder]");
            }
        }
    }

    private static String code(Throwable error) {
        return SystemError.codeOf(error);
    }

    private static String text(FoundFile file) throws IOException {
        try (OpenFile open = file.open()) {
            byte[] bytes = new byte[100];
            return new String(bytes, 0, open.read(bytes, 0, bytes.length, 0));
        }
    }

    private void replace(Path path, String text) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), text);
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void thisSystemPinsFiles() {
        assertThat(PathPin.isAvailable()).isEqualTo(System.getProperty("os.name").equals("Linux"));
    }

    @ParameterizedTest
    @EnumSource
    void aFileIsWhatItIs(Way way) throws IOException {
        Path path = Files.writeString(folder.resolve("a"), "text");
        try (FoundFile file = way.find(path)) {
            assertThat(file.isFile()).isTrue();
            assertThat(file.isFolder()).isFalse();
            assertThat(file.length()).isEqualTo(4);
            assertThat(file.modified()).isEqualTo(Files.getLastModifiedTime(path).toInstant());
            assertThat(file.location()).isEqualTo(PathName.of(path.toRealPath()));
            assertThat(text(file)).isEqualTo("text");
            assertThatIllegalStateException().isThrownBy(file::entries);
        }
    }

    @Test
    void aPinnedFileStaysWhateverItsNameBecomes() throws IOException {
        Path path = Files.writeString(folder.resolve("a"), "old");
        try (FoundFile file = Way.PINNED.find(path)) {
            replace(path, "the new one");
            assertThat(text(file)).isEqualTo("old").hasSize((int) file.length());
            Files.delete(path);
            Files.createDirectory(path);
            assertThat(text(file)).isEqualTo("old");
        }
    }

    @Test
    void aCheckedFileThatIsNoMoreIsStale() throws IOException {
        Path path = Files.writeString(folder.resolve("a"), "old");
        try (FoundFile file = Way.CHECKED.find(path)) {
            replace(path, "new");
            IOException error = catchThrowableOfType(IOException.class, file::open);
            assertThat(code(error)).isEqualTo("ESTALE");
        }
        try (FoundFile file = Way.CHECKED.find(path)) {
            Files.writeString(path, "longer");
            IOException error = catchThrowableOfType(IOException.class, file::open);
            assertThat(code(error)).isEqualTo("ESTALE");
        }
    }

    @ParameterizedTest
    @EnumSource
    void linksAreFollowedAndNotInTheLocation(Way way) throws IOException {
        Files.createDirectory(folder.resolve("real"));
        Path real = Files.writeString(folder.resolve("real/a"), "text");
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
        try (FoundFile file = way.find(link.resolve("a"))) {
            assertThat(file.location()).isEqualTo(PathName.of(real.toRealPath()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFolderTellsItsEntries(Way way) throws IOException {
        PathName root = PathName.of(folder);
        Files.createFile(root.resolve("a").toPath());
        Files.createDirectory(root.resolve(new byte[] {'b', (byte) 0xff}).toPath());
        List<String> names = new ArrayList<>();
        try (FoundFile found = way.find(folder)) {
            assertThat(found.isFolder()).isTrue();
            assertThatIllegalStateException().isThrownBy(found::open);
            try (DirectoryStream<Path> entries = found.entries()) {
                for (Path entry : entries) {
                    int length = PathName.of(entry).name().length;
                    names.add(length + (Files.isDirectory(entry) ? "/" : ""));
                }
            }
        }
        assertThat(names).containsExactlyInAnyOrder("1", "2/");
    }

    @Test
    void aPinnedFolderStaysAFolderOfTheSameEntries() throws IOException {
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.createFile(site.resolve("mine"));
        try (FoundFile found = Way.PINNED.find(site)) {
            Files.move(site, folder.resolve("moved"));
            Files.createSymbolicLink(site, Files.createDirectory(folder.resolve("other")));
            try (DirectoryStream<Path> entries = found.entries()) {
                assertThat(entries)
                        .extracting(entry -> entry.getFileName().toString())
                        .containsExactly("mine");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFifoIsFoundAndNotWaitedFor(Way way) throws IOException, InterruptedException {
        Path fifo = folder.resolve("fifo");
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
        try (FoundFile found = way.find(fifo)) {
            assertThat(found.isFile() || found.isFolder()).isFalse();
            assertThatIllegalStateException().isThrownBy(found::open);
        }
    }

    @ParameterizedTest
    @CsvSource({"none,ENOENT", "a/b,ENOTDIR", "circle,ELOOP", "none/../a,ENOENT"})
    void whatCanNotBeFoundHasACode(String name, String code) throws IOException {
        Files.createFile(folder.resolve("a"));
        Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
        IOException error =
                catchThrowableOfType(
                        IOException.class, () -> FoundFile.find(PathName.of(folder).resolve(name)));
        assertThat(code(error)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"255,ENOENT", "256,ENAMETOOLONG", "5000,ENAMETOOLONG"})
    void aNameOfAnyLengthMayBeAskedFor(int length, String code) {
        PathName name = PathName.of(folder).resolve("x".repeat(length));
        IOException error = catchThrowableOfType(IOException.class, () -> FoundFile.find(name));
        assertThat(code(error)).isEqualTo(code);
    }

    @Test
    void aPathOfThousandBytesIsFound() throws IOException {
        Path deep = folder.resolve(("d".repeat(200) + "/").repeat(5));
        Files.createDirectories(deep);
        Path path = Files.writeString(deep.resolve("a"), "deep");
        try (FoundFile file = FoundFile.find(PathName.of(path))) {
            assertThat(text(file)).isEqualTo("deep");
        }
    }

    @Test
    void aFileThatIsCalledDeletedIsFound() throws IOException {
        Path path = Files.writeString(folder.resolve("a (deleted)"), "text");
        try (FoundFile file = FoundFile.find(PathName.of(path))) {
            assertThat(file.location()).isEqualTo(PathName.of(path.toRealPath()));
        }
    }

    @Test
    void whatIsClosedHoldsNoDescriptor() throws IOException {
        Path path = Files.writeString(folder.resolve("held"), "text");
        FoundFile file = Way.PINNED.find(path);
        assertThat(descriptors(path)).isEqualTo(1);
        OpenFile open = file.open();
        file.close();
        file.close();
        assertThat(descriptors(path)).isEqualTo(1);
        assertThat(open.length()).isEqualTo(4);
        assertThat(open.read(new byte[8], 2, 6, 1)).isEqualTo(3);
        assertThat(open.read(new byte[8], 0, 8, 4)).as("at its end").isEqualTo(-1);
        open.close();
        open.close();
        assertThatThrownBy(() -> open.read(new byte[1], 0, 1, 0)).hasMessage("read EBADF");
        assertThat(descriptors(path)).isZero();
    }

    private static long descriptors(Path path) throws IOException {
        Path real = path.toRealPath();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            long count = 0;
            for (Path descriptor : open) {
                // The stream's own is gone by the time it could be asked.
                if (Files.exists(descriptor) && Files.readSymbolicLink(descriptor).equals(real)) {
                    count++;
                }
            }
            return count;
        }
    }
}
