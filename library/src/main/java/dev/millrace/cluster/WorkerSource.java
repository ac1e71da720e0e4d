package dev.millrace.cluster;

import dev.millrace.ipc.Message;
import dev.millrace.ipc.ParentProcess;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.Handle;
import dev.millrace.loop.ListenAttempt;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.UdpHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.Successor;
import dev.millrace.net.SuccessorSource;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where a worker's listeners get their sockets from: it asks the primary. */
final class WorkerSource implements ListenSource, SuccessorSource {
    /** A question to the primary. */
    private interface Asked {
        /** It listens, under this number of the primary's. */
        void listens(int number, Address address, @Nullable Message message) throws IOException;

        void failed(IOException error);

        /** It is not to listen any more. */
        void close();

        Address address();
    }

    private final ParentProcess primary;
    private final WorkerMoves moves;
    private final Map<String, Asked> asked = new HashMap<>();

    /** How many port 0 each address has. */
    private final Map<String, Integer> numbered = new HashMap<>();

    /** What listens, under the numbers of the primary. */
    private final Map<Handle, Integer> numbers = new LinkedHashMap<>();

    /** Of those whose connections the primary accepts. */
    private final Map<Integer, WorkerDemand> demands = new HashMap<>();

    /** What finishes. */
    private final Set<Handle> finishing = new LinkedHashSet<>();

    /** The worker leaves: what its program wants to listen on now is closed at once. */
    private boolean isLeaving;

    private int lastRequest;

    WorkerSource(ParentProcess primary) {
        this.primary = primary;
        this.moves = new WorkerMoves(primary);
    }

    WorkerMoves moves() {
        return moves;
    }

    @Override
    public void listens(NetServer server) {
        Integer number = numbers.get(server.handle().orElseThrow());
        if (number != null) {
            moves.listens(number, server);
        }
    }

    @Override
    public @Nullable Successor successor(NetServer server) {
        Integer number = server.handle().map(numbers::get).orElse(null);
        return number == null ? null : moves.successor(number);
    }

    @Override
    public void full(NetServer server, boolean isFull) {
        Integer number = server.handle().map(numbers::get).orElse(null);
        WorkerDemand demand = number == null ? null : demands.get(number);
        if (demand != null) {
            demand.full(isFull);
        }
    }

    private void ask(String kind, Address address, String options, Asked question) {
        if (isLeaving) {
            question.close();
            return;
        }
        if (!primary.isConnected()) {
            question.failed(SystemError.of(Errno.EPIPE, "listen", address));
            return;
        }
        String request = String.valueOf(++lastRequest);
        boolean isNumbered = address instanceof IpAddress ip && ip.port() == 0;
        int index = isNumbered ? numbered.merge(kind + address, 1, Integer::sum) : 0;
        asked.put(request, question);
        String where = Control.text(address);
        primary.send(Control.text(Control.Verb.LISTEN, request, kind, index, where, options));
    }

    @Override
    public void open(ListenAttempt attempt) {
        ask(
                "stream",
                attempt.address(),
                Control.text(attempt.options()),
                new Asked() {
                    @Override
                    public void listens(int number, Address at, @Nullable Message message)
                            throws IOException {
                        if (attempt.isCancelled()) {
                            let(number);
                        } else if (message == null) {
                            fed(attempt, number, at);
                        } else {
                            Descriptor descriptor = message.takeDescriptors().getFirst();
                            try (descriptor) {
                                attempt.handle().open(descriptor.number());
                                descriptor.release();
                            }
                            numbers.put(attempt.handle(), number);
                            attempt.listens();
                        }
                    }

                    @Override
                    public void failed(IOException error) {
                        attempt.failed(error);
                    }

                    @Override
                    public void close() {
                        attempt.handle().close();
                    }

                    @Override
                    public Address address() {
                        return attempt.address();
                    }
                });
    }

    private void fed(ListenAttempt attempt, int number, Address at) {
        numbers.put(attempt.handle(), number);
        demands.put(number, new WorkerDemand(primary, number, attempt.feed(at)));
    }

    @Override
    public void bind(
            UdpHandle handle, IpAddress address, Consumer<? super @Nullable IOException> outcome) {
        Runnable hold = handle.loop().keepAlive();
        UdpOptions options = handle.options();
        String text = options.reuseAddress() + " " + options.reusePort() + " " + options.ipv6Only();
        ask(
                "udp",
                address,
                text,
                new Asked() {
                    @Override
                    public void listens(int number, Address at, @Nullable Message message)
                            throws IOException {
                        hold.run();
                        if (handle.isClosing() || message == null) {
                            let(number);
                            return;
                        }
                        Descriptor descriptor = message.takeDescriptors().getFirst();
                        try (descriptor) {
                            handle.open(descriptor.number());
                            descriptor.release();
                        }
                        numbers.put(handle, number);
                        outcome.accept(null);
                    }

                    @Override
                    public void failed(IOException error) {
                        hold.run();
                        outcome.accept(error);
                    }

                    @Override
                    public void close() {
                        hold.run();
                        handle.close();
                    }

                    @Override
                    public Address address() {
                        return address;
                    }
                });
    }

    @Override
    public void closed(Handle handle) {
        Integer number = numbers.remove(handle);
        if (number != null) {
            demands.remove(number);
            moves.closed(number);
            let(number);
        }
    }

    /** The primary need not keep it for us. */
    private void let(int number) {
        if (primary.isConnected()) {
            primary.send(Control.text(Control.Verb.CLOSE, number));
        }
    }

    void fed(Control answer) {
        listens(answer, null);
    }

    void shared(Control answer, Message message) {
        listens(answer, message);
    }

    private void listens(Control answer, @Nullable Message message) {
        Asked question = asked.remove(answer.fields().get(0));
        if (question == null) {
            return;
        }
        int number = answer.number(1);
        try {
            question.listens(number, answer.address(2), message);
        } catch (IOException e) {
            let(number);
            question.failed(e);
        }
    }

    void failed(Control answer) {
        Asked question = asked.remove(answer.fields().get(0));
        if (question != null) {
            question.failed(SystemError.of(answer.number(1), "listen", question.address()));
        }
    }

    /** One that is not taken goes to the next worker. */
    void connection(Control control, Message message) {
        WorkerDemand demand = demands.get(control.number(0));
        if (demand != null) {
            demand.came(message);
        }
    }

    /** The primary is gone: it answers nothing more. */
    void disconnected() {
        moves.disconnected();
        List<Asked> open = List.copyOf(asked.values());
        asked.clear();
        open.forEach(one -> one.failed(SystemError.of(Errno.EPIPE, "listen", one.address())));
    }

    /** Everything that listens finishes. Called again, the nearer limit counts. */
    void shutDown(Duration limit) {
        isLeaving = true;
        List<Asked> open = List.copyOf(asked.values());
        asked.clear();
        open.forEach(Asked::close);
        finishing.addAll(numbers.keySet());
        for (Handle handle : List.copyOf(finishing)) {
            if (handle instanceof ListenHandle listener) {
                listener.shutDown(limit);
            } else {
                handle.close();
            }
        }
    }
}
