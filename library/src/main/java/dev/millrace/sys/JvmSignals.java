package dev.millrace.sys;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The signals of the process, by {@code sun.misc.Signal}: the only way to a signal without a native
 * handler of our own, which a JVM does not survive. Found by reflection, because its module ({@code
 * jdk.unsupported}) may be absent and the compiler warns of every direct mention.
 *
 * <p>Any thread.
 */
public final class JvmSignals {
    private static final String MODULE = "jdk.unsupported";

    private final Class<?> handlerType;
    private final MethodHandle newSignal;
    private final MethodHandle handle;
    private final MethodHandle raise;

    private JvmSignals() throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        handlerType = Class.forName("sun.misc.SignalHandler");
        var lookup = MethodHandles.publicLookup();
        newSignal =
                lookup.findConstructor(signal, MethodType.methodType(void.class, String.class))
                        .asType(MethodType.methodType(Object.class, String.class));
        handle =
                lookup.findStatic(
                                signal,
                                "handle",
                                MethodType.methodType(handlerType, signal, handlerType))
                        .asType(MethodType.genericMethodType(2));
        raise =
                lookup.findStatic(signal, "raise", MethodType.methodType(void.class, signal))
                        .asType(MethodType.methodType(void.class, Object.class));
    }

    /**
     * The signals of this process.
     *
     * @throws UnsupportedOperationException without the module {@code jdk.unsupported}
     */
    public static JvmSignals open() {
        try {
            return new JvmSignals();
        } catch (ReflectiveOperationException absent) {
            throw new UnsupportedOperationException(
                    "signals need the module "
                            + MODULE
                            + ", which this JVM runs without: start it with --add-modules "
                            + MODULE,
                    absent);
        }
    }

    /**
     * Runs {@code task} on a thread of the JVM's at each {@code name} (without SIG) from now on;
     * answers the handler that was there before, for {@link #restore}.
     *
     * @throws IllegalArgumentException if there is no such signal, or the JVM keeps it for itself
     */
    public Object handle(String name, Runnable task) {
        MethodHandle run;
        try {
            run =
                    MethodHandles.publicLookup()
                            .findVirtual(Runnable.class, "run", MethodType.methodType(void.class));
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
        MethodHandle ignoring = MethodHandles.dropArguments(run.bindTo(task), 0, Object.class);
        return restore(name, MethodHandleProxies.asInterfaceInstance(handlerType, ignoring));
    }

    /** Puts a handler back that {@link #handle} answered; answers the one it takes the place of. */
    public Object restore(String name, Object handler) {
        try {
            return handle.invokeExact(signal(name), handler);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** Sends {@code name} to this process. */
    public void raise(String name) {
        try {
            raise.invokeExact(signal(name));
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    private Object signal(String name) throws Throwable {
        return newSignal.invokeExact(name);
    }

    private static RuntimeException unchecked(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException(thrown);
        };
    }
}
