package dev.millrace.ipc;

import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where a parent waits for one child: an abstract Unix name that is told in the child's
 * environment. The kernel says which process connects, and it has to be the child, or a descendant
 * of it; and it shows a token that is used once.
 *
 * <pre>
 *   listening ──connection of another process──▶ closed at once
 *       └──connection of the child──▶ first message ──the token──▶ the channel; listening ends
 * </pre>
 */
final class Rendezvous {
    private static final int NAME_BYTES = 8;
    private static final int TOKEN_BYTES = 16;

    /** Processes that connect while the child's number is not known yet. */
    private static final int STRANGERS_MAX = 8;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final NetServer server;
    private final UnixAddress address;
    private final ChannelOptions options;
    private final Consumer<? super MessageChannel> found;
    private final String token = random(TOKEN_BYTES);
    private final List<MessageChannel> strangers = new ArrayList<>();

    /** The child; 0 while it is not known. */
    private long pid;

    private boolean isOver;

    Rendezvous(Loop loop, ChannelOptions options, Consumer<? super MessageChannel> found) {
        this.options = options;
        this.found = found;
        this.address =
                UnixAddress.of(
                        "@millrace-" + ProcessHandle.current().pid() + "-" + random(NAME_BYTES));
        this.server =
                NetServer.create(
                        loop,
                        NetServerOptions.DEFAULTS.withMaxConnections(STRANGERS_MAX),
                        this::came);
        server.unref();
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** What the child is told. */
    Map<String, String> environment() {
        return Map.of(ChildStart.CHANNEL, address.toString(), ChildStart.TOKEN, token);
    }

    NetServer listen() {
        return server.listen(address, ListenOptions.DEFAULTS.withExclusive(true));
    }

    /** The child was started. */
    void expect(long childPid) {
        pid = childPid;
        List.copyOf(strangers).stream().filter(one -> !isChild(one)).forEach(MessageChannel::close);
    }

    private void came(NetSocket socket) {
        MessageChannel channel = MessageChannel.on(socket, options);
        if (pid != 0 && !isChild(channel)) {
            channel.close();
            return;
        }
        strangers.add(channel);
        channel.onClose(() -> strangers.remove(channel));
        channel.expect(first -> shown(channel, first));
    }

    private void shown(MessageChannel channel, Message first) {
        byte[] shown = first.text().getBytes(StandardCharsets.UTF_8);
        boolean isToken = MessageDigest.isEqual(shown, token.getBytes(StandardCharsets.UTF_8));
        // A child that is faster than the news of its start has shown the token all the same.
        boolean isExpected = pid == 0 || isChild(channel);
        if (isToken && isExpected && !isOver) {
            strangers.remove(channel);
            close();
            found.accept(channel);
        } else {
            channel.close();
        }
    }

    private boolean isChild(MessageChannel channel) {
        long peer = channel.peerPid();
        Optional<ProcessHandle> one = ProcessHandle.of(peer);
        while (one.isPresent()) {
            if (one.get().pid() == pid) {
                return true;
            }
            one = one.get().parent();
        }
        return false;
    }

    /** Nothing more is waited for. Idempotent. */
    void close() {
        isOver = true;
        server.close();
        List.copyOf(strangers).forEach(MessageChannel::close);
    }
}
