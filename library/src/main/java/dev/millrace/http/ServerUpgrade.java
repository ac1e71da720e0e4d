package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.RequestParser;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request that takes its connection out of HTTP: an upgrade to another protocol (RFC 9110 section
 * 7.8), or CONNECT, which asks for a tunnel (section 9.3.6). Its listener gets the request and the
 * socket, and says here what becomes of them. Belongs to the loop's thread.
 *
 * <pre>
 *   asked ──responses before it are out──▶ handed over ──accept──▶ the socket speaks the protocol
 *                                              └──────────refuse──▶ a response, then the end
 * </pre>
 *
 * A listener may as well write the response to the socket itself; what this class writes is checked
 * as header fields always are.
 *
 * {@snippet class="dev.millrace.http.HttpUpgradeExamplesTest" region="upgrade"}
 */
public final class ServerUpgrade {
    /** Takes connections out of HTTP. */
    @FunctionalInterface
    public interface Listener {
        /**
         * The connection is this listener's. The first bytes that the socket brings are those
         * behind the head of {@code request}; none was lost, and none was read as HTTP.
         *
         * @throws Exception then the socket is destroyed, and {@link HttpServer#onHandlerError} is
         *     told
         */
        void upgraded(ServerRequest request, NetSocket socket) throws Exception;
    }

    /** A listener, and the requests that are for it. */
    record Taker(Predicate<? super ServerRequest> when, Listener listener) {
        Taker {
            Objects.requireNonNull(when, "when");
            Objects.requireNonNull(listener, "listener");
        }
    }

    private static final byte[] NOTHING = {};

    private final ServerRequest request;
    private final boolean isConnect;
    private final Taker taker;
    private final FieldsToSend fields = new FieldsToSend();

    /** The taker wants it. */
    private boolean isTaken;

    /** Why the taker could not say whether it wants it. */
    private @Nullable Throwable failure;

    private boolean isHandedOver;

    /** It was accepted or refused. */
    private boolean isOver;

    /** Null if there was no observer when the request came. */
    private @Nullable ExchangeTrace trace;

    private ServerUpgrade(ServerRequest request, boolean isConnect, Taker taker) {
        this.request = request;
        this.isConnect = isConnect;
        this.taker = taker;
    }

    /**
     * What {@code request} asks of {@code calls}; null if it is for no listener. With a body an
     * upgrade is none (decision 21): the request is served as any other.
     */
    static @Nullable ServerUpgrade asked(
            RequestParser head, ServerRequest request, HandlerCalls calls) {
        boolean isConnect = head.isConnect();
        boolean isUpgrade =
                head.hasUpgrade()
                        && request.contentLength() == 0
                        && HandlerCalls.isAllowed(request);
        Taker taker = isConnect ? calls.connects : isUpgrade ? calls.upgrades : null;
        if (taker == null) {
            return null;
        }
        ServerUpgrade upgrade = new ServerUpgrade(request, isConnect, taker);
        upgrade.loop().enter(upgrade, ServerUpgrade::ask, ServerUpgrade::askFailed);
        return upgrade;
    }

    private static void ask(ServerUpgrade upgrade) {
        upgrade.isTaken = upgrade.taker.when.test(upgrade.request);
    }

    private static void askFailed(ServerUpgrade upgrade, Throwable thrown) {
        upgrade.failure = thrown;
    }

    boolean isTaken() {
        return isTaken;
    }

    @Nullable Throwable failure() {
        return failure;
    }

    /** It waits for the responses before it. */
    void begin() {
        request.upgrade = this;
        trace = ExchangeTrace.begun(request);
        request.body().completed();
    }

    /** The connection was lost, or ended by a response before it. */
    void lost() {
        told(0, 0);
        request.body().close(null);
    }

    /** The socket has left HTTP: the listener is called. */
    void handOver() {
        isHandedOver = true;
        calls().upgraded++;
        if (trace != null) {
            // A listener that writes its response by hand is heard of at the end.
            request.socket().onClose(() -> told(0, 0));
        }
        loop().enter(this, ServerUpgrade::call, ServerUpgrade::threw, ServerUpgrade::threw);
        // For those who listen to it as to any other: it has no body.
        request.arrive(NOTHING, 0, 0);
        request.body().close(null);
    }

    private static void call(ServerUpgrade upgrade) throws Exception {
        ServerRequest request = upgrade.request;
        if (upgrade.trace == null) {
            upgrade.taker.listener.upgraded(request, request.socket());
        } else {
            upgrade.trace.call(() -> upgrade.taker.listener.upgraded(request, request.socket()));
        }
    }

    /** Also a stage that the listener made, and that nothing heard. */
    private static void threw(ServerUpgrade upgrade, Throwable thrown) {
        upgrade.request.socket().destroy();
        upgrade.calls().upgradeFailed(thrown);
    }

    private HandlerCalls calls() {
        return request.connection().server().handlerCalls();
    }

    private void told(int status, long bytes) {
        if (trace != null) {
            trace.over(request, status, bytes, null);
            trace = null;
        }
    }

    /** Whether it is CONNECT, and no upgrade. */
    public boolean isConnect() {
        checkThread();
        return isConnect;
    }

    /**
     * The protocols that the client offers, the one it likes best first, as {@code websocket} or
     * {@code foo/2}; none for CONNECT.
     */
    public List<String> protocols() {
        checkThread();
        return isConnect
                ? List.of()
                : request.headers().all("Upgrade").stream()
                        .flatMap(value -> Stream.of(value.split(",")))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
    }

    /**
     * Adds a header field to the response.
     *
     * @throws IllegalArgumentException if a field can't be so, as {@link ServerResponse#header} has
     *     it; or if it is Connection, Content-Length or Transfer-Encoding, which follow from what
     *     is done
     * @throws IllegalStateException if it was accepted or refused
     */
    public ServerUpgrade header(String name, String value) {
        checkOpen();
        if (Stream.of("Connection", "Content-Length", "Transfer-Encoding")
                .anyMatch(name::equalsIgnoreCase)) {
            throw new IllegalArgumentException(
                    name + " follows from accept or refuse: leave it out here");
        }
        fields.add(name, value);
        return this;
    }

    /**
     * Switches to the first of the {@link #protocols}, with 101; or opens the tunnel, with 200.
     *
     * @throws IllegalStateException if it was accepted or refused
     */
    public void accept() {
        checkOpen();
        if (isConnect) {
            send(200, "Connection Established", NOTHING);
        } else {
            accept(protocols().getFirst());
        }
    }

    /**
     * Switches to {@code protocol}, with 101.
     *
     * @throws IllegalArgumentException if the client did not offer it (RFC 9110 section 7.8)
     * @throws IllegalStateException for CONNECT, and if it was accepted or refused
     */
    public void accept(String protocol) {
        checkOpen();
        if (isConnect) {
            throw new IllegalStateException("CONNECT switches to no protocol: use accept()");
        }
        List<String> offered = protocols();
        if (offered.stream().noneMatch(protocol::equalsIgnoreCase)) {
            throw new IllegalArgumentException(
                    "the client offers " + offered + ", not \"" + protocol + "\"");
        }
        fields.set("Connection", "Upgrade");
        fields.set("Upgrade", protocol);
        send(101, null, NOTHING);
    }

    /**
     * Responds with an error and a short text, and ends the connection: with 403 for instance, or
     * with 426 and an {@code Upgrade} field that names what would do. What the client still sends
     * is thrown away, for a while. To go on with HTTP instead, leave the request to the handler:
     * {@link HttpServer#onUpgrade(Predicate, Listener)}.
     *
     * @throws IllegalArgumentException unless {@code status} is 300 to 599
     * @throws IllegalStateException if it was accepted or refused
     */
    public void refuse(int status, String text) {
        checkOpen();
        if (status < 300 || status > 599) {
            throw new IllegalArgumentException("a refusal is 300 to 599, not " + status);
        }
        boolean namesProtocol = fields.has("Upgrade");
        if (namesProtocol) {
            // RFC 9110 section 7.8: an Upgrade is sent with its connection option.
            fields.set("Connection", "close, Upgrade");
        }
        fields.set("Content-Type", "text/plain; charset=utf-8");
        send(status, null, (text + "\n").getBytes(StandardCharsets.UTF_8));
        end(request.socket());
    }

    private void send(int status, @Nullable String reason, byte[] content) {
        isOver = true;
        ResponseHead head = request.connection().server().head();
        head.begin(status, reason, fields);
        if (status >= 300) {
            head.contentLength(content.length);
        }
        boolean wantsClose = status >= 300 && !fields.has("Connection");
        head.end(false, status != 101 && !fields.hasDate(), wantsClose);
        if (!request.isHead()) {
            head.append(content, 0, content.length);
        }
        request.socket().write(head.array(), 0, head.length());
        told(status, request.isHead() ? 0 : content.length);
    }

    /** As a connection of the server lingers: a reset could take the response from the client. */
    private static void end(NetSocket socket) {
        socket.end();
        socket.resume();
        socket.timeout(HttpServer.LINGER_IDLE_MAX, socket::destroy);
        TimerHandle last = new TimerHandle(socket.loop());
        last.start(HttpServer.LINGER_MAX, socket::destroy);
        last.unref();
        socket.onClose(last::close);
    }

    private void checkOpen() {
        checkThread();
        if (!isHandedOver) {
            throw new IllegalStateException(
                    "the responses before it are not out: wait for the listener's call");
        }
        if (isOver) {
            throw new IllegalStateException("it was accepted or refused already");
        }
    }

    private void checkThread() {
        loop().checkThread();
    }

    private Loop loop() {
        return request.connection().loop();
    }

    /** One line for a log: {@code ServerUpgrade[GET /chat, handed over]}. Any thread, any state. */
    @Override
    public String toString() {
        String state = isOver ? "over" : isHandedOver ? "handed over" : "asked";
        return "ServerUpgrade[" + request.line() + ", " + state + "]";
    }
}
