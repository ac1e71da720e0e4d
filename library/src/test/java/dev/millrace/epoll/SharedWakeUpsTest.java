package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two loops wait on one listening description, and the one that is woken does not accept. */
@Tag("epoll")
class SharedWakeUpsTest {
    /** What the one that is woken does before it looks. */
    private interface Interference {
        void apply(Driver driver, Port listener);
    }

    private final CompletableFuture<Driver.Shared> shared = new CompletableFuture<>();
    private final CompletableFuture<Address> address = new CompletableFuture<>();
    private final CompletableFuture<String> accepted = new CompletableFuture<>();
    private final CompletableFuture<Path> firstThread = new CompletableFuture<>();
    private final CompletableFuture<Path> secondThread = new CompletableFuture<>();
    private final CountDownLatch secondIsReady = new CountDownLatch(1);

    private static void call(Guarded callback) {
        try {
            callback.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private PortEvents telling(String name) {
        return new PortEvents() {
            @Override
            public void onAccept(Port connection) {
                accepted.complete(name);
            }
        };
    }

    private static Path status() throws IOException {
        return Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
    }

    /** Asleep it is in its poll: it does nothing else that takes long. */
    private static boolean isAsleep(Path thread) {
        try {
            return Files.readString(thread.resolve("stat")).contains(") S ");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Comes first in the kernel's queue, and is woken first. */
    private void first(Interference interference) throws Exception {
        try (Driver driver = DriverLoops.open()) {
            Port listener = driver.socket(IpAddress.loopback(0));
            driver.bind(listener, IpAddress.loopback(0));
            driver.listen(listener, 10);
            listener.attach(telling("first"));
            Driver.Shared description = driver.share(listener);
            driver.acceptStart(listener, 1);
            driver.poll(0, SharedWakeUpsTest::call);
            address.complete(driver.localAddress(listener));
            shared.complete(description);
            secondIsReady.await();
            firstThread.complete(status());
            driver.poll(
                    -1,
                    callback -> {
                        interference.apply(driver, listener);
                        call(callback);
                    });
            accepted.get(LoopFixture.DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void second() throws Exception {
        try (Driver driver = DriverLoops.open();
                Driver.Shared description = shared.get()) {
            Port listener = driver.adopt(description);
            listener.attach(telling("second"));
            driver.acceptStart(listener, 1);
            driver.poll(0, SharedWakeUpsTest::call);
            secondThread.complete(status());
            secondIsReady.countDown();
            while (!accepted.isDone()) {
                driver.poll(-1, SharedWakeUpsTest::call);
            }
        }
    }

    private static Thread start(LoopFixture.Task task) {
        return Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        task.run();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private void expectTheSecondToAccept(Interference interference) throws Exception {
        Thread one = start(() -> first(interference));
        Thread other = start(this::second);
        Path firstStatus = firstThread.get();
        Path secondStatus = secondThread.get();
        Kernel.await("both to wait", () -> isAsleep(firstStatus) && isAsleep(secondStatus));
        try (RawClient client = RawClient.connect(((IpAddress) address.get()).port())) {
            assertThat(client.localPort()).isPositive();
            assertThat(accepted.get(LoopFixture.DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .isEqualTo("second");
        }
        one.join();
        other.join();
    }

    @Test
    @Tag("D2")
    void aConnectionThatThePausedOneWasWokenForIsTheOthers() throws Exception {
        expectTheSecondToAccept(Driver::acceptStop);
    }

    @Test
    @Tag("D2")
    void aConnectionThatTheClosedOneWasWokenForIsTheOthers() throws Exception {
        expectTheSecondToAccept(Driver::close);
    }
}
