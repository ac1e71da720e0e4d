package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Driver;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.Strace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriversTest {
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private final String before = System.getProperty(Drivers.PROPERTY);

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(Drivers.PROPERTY);
        } else {
            System.setProperty(Drivers.PROPERTY, before);
        }
    }

    @Test
    void thePropertyNamesTheDriver() {
        for (String name : Drivers.names()) {
            System.setProperty(Drivers.PROPERTY, name);
            try (Driver driver = Drivers.open()) {
                assertThat(driver.name()).isEqualTo(name);
            }
            assertThat(Drivers.choice())
                    .isEqualTo(
                            new Drivers.Choice(
                                    name, "the system property millrace.driver asks for it"));
        }
    }

    @Test
    void withoutAWishItIsEpollWhereThatWorks() {
        System.setProperty(Drivers.PROPERTY, "");
        assertThat(Drivers.choice())
                .isEqualTo(
                        new Drivers.Choice("epoll", "this is Linux and native access is granted"));
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThereAre() {
        System.setProperty(Drivers.PROPERTY, "kqueue");
        assertThatThrownBy(Drivers::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the system property millrace.driver asks for the driver kqueue, which"
                                + " there is not: use one of epoll, nio");
        assertThatThrownBy(Drivers::choice).isInstanceOf(IllegalArgumentException.class);
    }

    /** Two loops, and whatever is said about them. */
    static final class TwoDrivers {
        private TwoDrivers() {}

        public static void main(String[] args) {
            for (int count = 0; count < 2; count++) {
                try (Driver driver = Drivers.open()) {
                    System.out.println("on " + driver.name());
                }
            }
            System.out.println("reason: " + Drivers.choice().reason());
        }
    }

    private static ChildJvm.Result child(boolean isGranted, String... flags)
            throws IOException, InterruptedException {
        List<String> command = ChildJvm.command(TwoDrivers.class);
        command.removeIf(word -> word.startsWith("-D" + Drivers.PROPERTY));
        if (!isGranted) {
            command.remove(NATIVE_ACCESS);
        }
        command.addAll(1, List.of(flags));
        return ChildJvm.run(command);
    }

    @Test
    void withoutNativeAccessItIsNioAndSaidOnce() throws Exception {
        ChildJvm.Result ended = child(false);
        assertThat(ended.output())
                .containsOnlyOnce("the driver is nio, because native access is not granted: add ")
                .contains("add " + NATIVE_ACCESS + " to the java command line")
                .contains("on nio\non nio\nreason: native access is not granted");
        assertThat(ended.status()).isZero();
    }

    @Test
    void nobodyIsToldWhoAskedForNio() throws Exception {
        ChildJvm.Result ended = child(false, "-Dmillrace.driver=nio");
        assertThat(ended.output())
                .isEqualTo(
                        "on nio\non nio\nreason: the system property millrace.driver asks for it\n");
    }

    @Test
    void epollThatCantBeIsAnError() throws Exception {
        ChildJvm.Result ended = child(false, "-Dmillrace.driver=epoll");
        assertThat(ended.output())
                .contains(
                        "IllegalStateException: the system property millrace.driver asks for the"
                                + " driver epoll, but native access is not granted: add "
                                + NATIVE_ACCESS)
                .doesNotContain("on nio");
        assertThat(ended.status()).isEqualTo(1);
    }

    /** The choice alone. */
    static final class OneChoice {
        private OneChoice() {}

        public static void main(String[] args) {
            System.out.println("chosen: " + Drivers.choice());
        }
    }

    @Test
    @Tag("faults")
    void whereEpollIsForbiddenTheChoiceIsNio(@TempDir Path folder) throws Exception {
        // The first call alone: the JDK's own selector makes the second.
        List<String> fault =
                List.of(
                        "-e",
                        "trace=epoll_create1",
                        "-e",
                        "inject=epoll_create1:error=EPERM:when=1");
        List<String> command = Strace.command(folder.resolve("log"), fault, OneChoice.class);
        command.removeIf(word -> word.startsWith("-D" + Drivers.PROPERTY));
        ChildJvm.Result ended = ChildJvm.run(command);
        assertThat(ended.output()).containsPattern("chosen: Choice\\[name=nio, reason=.*EPERM");
        assertThat(ended.status()).isZero();
    }

    /** One driver, and what is left of it when it can't be. */
    static final class OneRefusal {
        private OneRefusal() {}

        public static void main(String[] args) {
            int before = Kernel.descriptors("anon_inode:").size();
            try (Driver driver = Drivers.open()) {
                System.out.println("on " + driver.name());
            } catch (UncheckedIOException e) {
                System.out.println(e.getCause().getMessage());
            }
            System.out.println("left " + (Kernel.descriptors("anon_inode:").size() - before));
        }
    }

    /** A loop that could not be woken would not be told from one that has nothing to do. */
    @ParameterizedTest
    @Tag("faults")
    @CsvSource({
        "epoll_create1, ENOMEM, epoll_create1 ENOMEM: not enough memory",
        "eventfd2,      EMFILE, eventfd EMFILE: too many open files",
        "epoll_ctl,     ENOSPC, epoll_ctl ENOSPC: no space left on device",
    })
    void aDriverThatIsRefusedADescriptorLeavesNothingOpen(
            String call, String code, String message, @TempDir Path folder) throws Exception {
        String fault = "inject=" + call + ":error=" + code + ":when=1";
        List<String> options = List.of("-e", "trace=" + call, "-e", fault);
        List<String> command = Strace.command(folder.resolve("log"), options, OneRefusal.class);
        command.removeIf(word -> word.startsWith("-D" + Drivers.PROPERTY));
        assertThat(ChildJvm.run(command).output().lines()).containsExactly(message, "left 0");
    }

    /** Every class costs time at each start. */
    @Test
    void whereItIsEpollNothingOfNioIsLoaded() throws Exception {
        ChildJvm.Result ended = child(true, "-Xlog:class+load");
        assertThat(ended.output())
                .contains("on epoll", "dev.millrace.epoll.EpollDriver ")
                .doesNotContain("dev.millrace.driver.Nio", "sun.nio.ch.SelectorImpl");
        assertThat(ended.status()).isZero();
    }
}
