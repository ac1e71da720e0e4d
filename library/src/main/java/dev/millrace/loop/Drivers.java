package dev.millrace.loop;

import dev.millrace.driver.Driver;
import dev.millrace.epoll.EpollDriver;
import dev.millrace.kernel.SystemError;
import dev.millrace.nio.NioDriver;
import dev.millrace.sys.Errno;
import dev.millrace.sys.NativeAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the driver: what the system property {@code millrace.driver} or the environment's {@code
 * MILLRACE_DRIVER} names, else epoll where it works, else NIO. Any thread.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="drivers"}
 */
public final class Drivers {
    /** The system property that names the driver to use. */
    public static final String PROPERTY = "millrace.driver";

    /** The environment variable that names it where the property does not. */
    public static final String VARIABLE = "MILLRACE_DRIVER";

    /** The driver for Linux. */
    private static final String EPOLL = "epoll";

    /** The driver for every machine. */
    private static final String NIO = "nio";

    private static final List<String> NAMES = List.of(EPOLL, NIO);

    private static final AtomicBoolean IS_TOLD = new AtomicBoolean();

    /**
     * What a loop of this process would run on.
     *
     * @param name the driver's name
     * @param reason why this one, as half a sentence
     */
    public record Choice(String name, String reason) {}

    /** What is asked for, and by which means. */
    private record Wish(String name, String means) {}

    /**
     * @param isInstead whether it is NIO because epoll can't be
     */
    private record Opened(Driver driver, Choice choice, boolean isInstead) {}

    private Drivers() {}

    /** The names that can be asked for. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * A new driver for the calling thread's loop. That it is NIO because epoll can't be is said
     * once per process, in one line by {@link System.Logger}.
     *
     * @throws IllegalArgumentException if the name that is asked for is not one of {@link #names}
     * @throws IllegalStateException if epoll is asked for where it can't be
     * @throws UncheckedIOException if the kernel refuses the driver's own descriptors
     */
    static Driver open() {
        Opened opened = opened();
        if (opened.isInstead) {
            tell(opened.choice.reason);
        }
        return opened.driver;
    }

    /**
     * What {@link #open} opens, and why. It is found out by opening one, which is closed again.
     *
     * @throws IllegalArgumentException as {@link #open}
     * @throws IllegalStateException as {@link #open}
     * @throws UncheckedIOException as {@link #open}
     */
    public static Choice choice() {
        Opened opened = opened();
        opened.driver.close();
        return opened.choice;
    }

    private static Opened opened() {
        Wish wish = wish();
        if (wish != null && wish.name.equals(NIO)) {
            return new Opened(nio(), new Choice(NIO, wish.means + " asks for it"), false);
        }
        String obstacle = obstacle();
        if (obstacle == null) {
            try {
                String reason =
                        wish == null
                                ? "this is Linux and native access is granted"
                                : wish.means + " asks for it";
                return new Opened(new EpollDriver(), new Choice(EPOLL, reason), false);
            } catch (IOException e) {
                if (!isRefusal(e)) {
                    throw new UncheckedIOException(e);
                }
                obstacle = String.valueOf(e.getMessage());
            } catch (LinkageError e) {
                obstacle = unlinked(e);
            }
        }
        if (wish != null) {
            throw impossible(wish, obstacle);
        }
        return new Opened(nio(), new Choice(NIO, obstacle), true);
    }

    private static @Nullable Wish wish() {
        String name = System.getProperty(PROPERTY);
        String means = "the system property " + PROPERTY;
        if (name == null || name.isEmpty()) {
            name = System.getenv(VARIABLE);
            means = "the environment variable " + VARIABLE;
        }
        if (name == null || name.isEmpty()) {
            return null;
        }
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    means
                            + " asks for the driver "
                            + name
                            + ", which there is not: use one of "
                            + String.join(", ", NAMES));
        }
        return new Wish(name, means);
    }

    /** Why epoll can't be, as far as it shows before anything of it is loaded. */
    private static @Nullable String obstacle() {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            return "epoll needs Linux and this is " + system;
        }
        return NativeAccess.granted()
                ? null
                : "native access is not granted: add "
                        + NativeAccess.flag()
                        + " to the java command line for epoll";
    }

    private static String unlinked(LinkageError error) {
        Throwable cause = error.getCause() == null ? error : error.getCause();
        return "the C library can't be called: " + cause.getMessage();
    }

    /** A sandbox that forbids epoll, as opposed to a lack of descriptors. */
    private static boolean isRefusal(IOException error) {
        int errno = error instanceof SystemError known ? known.errno() : 0;
        return errno == Errno.ENOSYS || errno == Errno.EPERM || errno == Errno.EACCES;
    }

    private static IllegalStateException impossible(Wish wish, String obstacle) {
        return new IllegalStateException(
                wish.means + " asks for the driver " + wish.name + ", but " + obstacle);
    }

    private static void tell(String obstacle) {
        if (IS_TOLD.compareAndSet(false, true)) {
            System.getLogger("dev.millrace.driver")
                    .log(System.Logger.Level.INFO, "the driver is nio, because " + obstacle);
        }
    }

    private static Driver nio() {
        try {
            return new NioDriver();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
