package dev.millrace.testing;

import dev.millrace.cluster.Cluster;
import dev.millrace.cluster.ClusterOptions;
import dev.millrace.cluster.ControlServer;
import dev.millrace.cluster.Controlled;
import dev.millrace.cluster.Primary;
import dev.millrace.driver.Guarded;
import dev.millrace.driver.PortEvents;
import dev.millrace.files.FileInput;
import dev.millrace.files.FileOutput;
import dev.millrace.http.ClientRequest;
import dev.millrace.http.HttpClient;
import dev.millrace.http.HttpServer;
import dev.millrace.ipc.ActivatedProcess;
import dev.millrace.ipc.ChannelOptions;
import dev.millrace.ipc.ChildOptions;
import dev.millrace.ipc.ChildProcess;
import dev.millrace.ipc.MessageChannel;
import dev.millrace.ipc.NodeChannel;
import dev.millrace.ipc.Passable;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.Readiness;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.AsyncHandle;
import dev.millrace.loop.Handle;
import dev.millrace.loop.Immediate;
import dev.millrace.loop.ListenAttempt;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.PhaseHandle;
import dev.millrace.loop.Request;
import dev.millrace.loop.SignalHandle;
import dev.millrace.loop.StallDetector;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.loop.TimerHandle;
import dev.millrace.loop.UdpEvents;
import dev.millrace.loop.UdpHandle;
import dev.millrace.loop.WatchHandle;
import dev.millrace.loop.Work;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.net.ServerLoad;
import dev.millrace.stream.Filter;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.systemd.ServiceNotifier;
import dev.millrace.tls.TlsConnection;
import dev.millrace.tls.TlsOptions;
import dev.millrace.udp.UdpSocket;
import dev.millrace.web.StaticFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** One fresh object of every public type that belongs to a loop, for rules that hold for all. */
public final class Specimens {
    private static final Map<Class<?>, Function<Loop, Object>> MAKERS = new LinkedHashMap<>();

    private static final ChildOptions CHILD =
            ChildOptions.DEFAULTS.withCommand(List.of("/bin/true"));

    private static ActivatedProcess activated(Loop loop) {
        try {
            return ActivatedProcess.start(loop, List.of("true"), new LinkedHashMap<>(), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static {
        add(Loop.class, loop -> loop);
        add(TimerHandle.class, TimerHandle::new);
        add(PhaseHandle.class, loop -> new PhaseHandle(loop, PhaseHandle.Phase.CHECK));
        add(AsyncHandle.class, loop -> new AsyncHandle(loop, () -> {}));
        add(SignalHandle.class, SignalHandle::new);
        add(StreamHandle.class, loop -> new StreamHandle(loop, stub(StreamEvents.class)));
        add(WatchHandle.class, Specimens::watch);
        add(
                UdpHandle.class,
                loop -> new UdpHandle(loop, UdpOptions.DEFAULTS, stub(UdpEvents.class)));
        add(ListenHandle.class, loop -> new ListenHandle(loop, ListenOptions.DEFAULTS));
        add(
                ListenAttempt.class,
                loop ->
                        ListenAttempt.start(
                                new ListenHandle(loop, ListenOptions.DEFAULTS),
                                IpAddress.loopback(0),
                                error -> {}));
        add(Immediate.class, loop -> loop.setImmediate(() -> {}));
        add(Work.class, loop -> loop.offload(task -> {}, () -> ""));
        add(
                StallDetector.class,
                loop -> StallDetector.start(loop, Duration.ofHours(1), stall -> {}));
        add(NetServer.class, loop -> NetServer.create(loop));
        add(ServerLoad.class, ServerLoad::of);
        add(NetSocket.class, loop -> NetSocket.connect(loop, UnixAddress.of("/nowhere/at/all")));
        add(ServerLoad.class, ServerLoad::of);
        add(UdpSocket.class, UdpSocket::create);
        add(TlsConnection.class, loop -> TlsConnection.client(loop, TlsOptions.DEFAULTS, "a", 1));
        add(FileInput.class, loop -> FileInput.open(loop, Path.of("/dev/null")));
        add(FileOutput.class, loop -> FileOutput.create(loop, Path.of("/dev/null")));
        add(HttpServer.class, loop -> HttpServer.create(loop));
        add(StaticFiles.class, loop -> StaticFiles.of(loop, Path.of(".")));
        add(HttpClient.class, loop -> HttpClient.create(loop));
        add(ServiceNotifier.class, ServiceNotifier::of);
        add(
                ClientRequest.class,
                loop -> HttpClient.create(loop).request("GET", "http://127.0.0.1/"));
    }

    /** Only these can carry descriptors. */
    private static final Set<Class<?>> OF_EPOLL =
            Set.of(
                    WatchHandle.class,
                    MessageChannel.class,
                    NodeChannel.class,
                    ChildProcess.class,
                    ActivatedProcess.class,
                    Primary.class,
                    ControlServer.class);

    static {
        add(
                MessageChannel.class,
                loop -> MessageChannel.connect(loop, UnixAddress.of("/nowhere/at/all")));
        add(
                NodeChannel.class,
                loop ->
                        NodeChannel.on(
                                NetSocket.connect(loop, UnixAddress.of("/nowhere/at/all")),
                                ChannelOptions.DEFAULTS));
        add(ChildProcess.class, loop -> ChildProcess.fork(loop, CHILD));
        add(ActivatedProcess.class, Specimens::activated);
        add(
                Primary.class,
                loop ->
                        Cluster.primary(
                                loop, ClusterOptions.DEFAULTS.withWorkers(1).withChild(CHILD)));
    }

    static {
        add(
                ControlServer.class,
                loop ->
                        ControlServer.listen(
                                loop, Path.of("/nowhere/at/all"), stub(Controlled.class)));
    }

    private Specimens() {}

    private static <T> void add(Class<T> type, Function<Loop, T> maker) {
        MAKERS.put(type, maker::apply);
    }

    /** Of a descriptor that the process keeps. */
    private static WatchHandle watch(Loop loop) {
        try (Libc libc = new Libc()) {
            return new WatchHandle(loop, libc.socket(Linux.AF_INET, Linux.SOCK_STREAM, 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every type there is a specimen of. */
    public static Set<Class<?>> types() {
        return MAKERS.keySet();
    }

    /** Those that the driver of {@code loop} can have. */
    public static List<Class<?>> types(Loop loop) {
        boolean canWatch = loop.driverName().equals("epoll");
        return MAKERS.keySet().stream()
                .filter(type -> canWatch || !OF_EPOLL.contains(type))
                .toList();
    }

    /** A fresh object of {@code type} on {@code loop}. */
    public static Object make(Class<?> type, Loop loop) {
        return MAKERS.get(type).apply(loop);
    }

    /** Every kind of handle: the final classes below {@link Handle}. */
    public static List<Class<?>> handles() {
        return leaves(Handle.class).toList();
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(Specimens::leaves)
                : Stream.of(type);
    }

    /**
     * What a user may call: public methods of ours, without those that are there for the driver or
     * the loop.
     */
    public static List<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass().getName().startsWith("dev.millrace."))
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isBridge())
                .filter(method -> !isOf(Guarded.class, method) && !isOf(PortEvents.class, method))
                .toList();
    }

    private static boolean isOf(Class<?> seam, Method method) {
        return seam.isAssignableFrom(method.getDeclaringClass())
                && Arrays.stream(seam.getMethods())
                        .anyMatch(one ->
                                one.getName().equals(method.getName())
                                        && Arrays.equals(
                                                one.getParameterTypes(),
                                                method.getParameterTypes()));
    }

    /** Arguments that {@code method} takes. */
    public static Object[] arguments(Method method) {
        return Arrays.stream(method.getParameterTypes()).map(Specimens::argument).toArray();
    }

    private static Object argument(Class<?> type) {
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isRecord()) {
            return defaults(type);
        }
        return switch (type.getSimpleName()) {
            case "boolean" -> true;
            case "int" -> 1;
            case "long" -> 1L;
            case "byte[]" -> new byte[8];
            case "ByteBuffer" -> ByteBuffer.allocate(8);
            case "String" -> "USR1";
            case "Duration" -> Duration.ofMillis(1);
            case "Throwable", "IOException" -> new IOException("a specimen");
            case "Address" -> IpAddress.loopback(1);
            case "IpAddress" -> IpAddress.loopback(1);
            case "Request" -> new Request(error -> {});
            case "Set" -> EnumSet.of(Readiness.READABLE);
            case "Passable" -> Passable.of(Descriptor.of(Integer.MAX_VALUE));
            case "Object" -> type;
            default -> type.isInterface() ? stub(type) : null;
        };
    }

    private static Object defaults(Class<?> type) {
        try {
            return type.getField("DEFAULTS").get(null);
        } catch (ReflectiveOperationException none) {
            return null;
        }
    }

    /** Something that does nothing when it is called, but what its type does by default. */
    public static <T> T stub(Class<T> type) {
        Object stub =
                Proxy.newProxyInstance(
                        Filter.class.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "hashCode" -> 1;
                                    case "equals" -> proxy == arguments[0];
                                    case "toString" -> type.getSimpleName();
                                    default ->
                                            method.isDefault()
                                                    ? InvocationHandler.invokeDefault(
                                                            proxy, method, arguments)
                                                    : null;
                                });
        return type.cast(stub);
    }
}
