package dev.millrace.cli;

import dev.millrace.cluster.ControlServer;
import dev.millrace.ipc.ChildExit;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A program that is started with sockets, from its start to its end.
 *
 * <pre>
 *   listening: start line ──▶ serving ──signal──▶ ending ──▶ ended
 *       └──before a process has settled, one ends with another status than 0──▶ failed
 * </pre>
 */
final class ProgramRun implements ProgramCrew.Listener {
    private static final String SCHEME = "tcp";

    private final Loop loop;
    private final ProgramPlan plan;
    private final List<ListenHandle> listeners = new ArrayList<>();
    private final SequencedMap<String, Descriptor> sockets = new LinkedHashMap<>();
    private final ProgramCrew crew;
    private final ClusterView view;
    private @Nullable ControlServer control;

    /** One of its processes has served: what fails now does not fail at first. */
    private boolean hasServed;

    private boolean isEnding;
    private @Nullable String failure;

    private ProgramRun(Loop loop, ProgramPlan plan) {
        this.loop = loop;
        this.plan = plan;
        this.crew = new ProgramCrew(loop, plan, sockets, this);
        this.view = new ClusterView(loop, this::rows);
    }

    /**
     * Runs it until all of its processes have ended.
     *
     * @return the exit status
     * @throws Failure if it can't listen, or the program can't be started
     */
    static int run(ProgramPlan plan, PrintStream out) {
        CountDownLatch ended = new CountDownLatch(1);
        List<ProgramRun> one = new ArrayList<>();
        try {
            Loop.run(loop -> {
                ListenHandle.requireDescriptors(loop);
                ProgramRun made = new ProgramRun(loop, plan);
                one.add(made);
                Signals.onStop(() -> loop.execute(() -> made.end(Optional.empty())), ended);
                loop.onSignal("HUP", signal -> made.reload());
                loop.onSignal("USR1", signal -> made.view.say(ProgramControl.NO_REPLACEMENT));
                made.begin(out);
            });
        } finally {
            ended.countDown();
        }
        String failure = one.getFirst().failure;
        if (failure != null) {
            throw new Failure(failure);
        }
        return Main.OK;
    }

    private void begin(PrintStream out) {
        List<Address> addresses = new ArrayList<>();
        plan.sockets().forEach((name, where) -> addresses.add(listen(name, where.toListen())));
        control(addresses);
        crew.begin();
        if (!plan.watched().isEmpty()) {
            new FileWatch(loop, plan.watched(), "", this::reload);
        }
        out.println(
                StartLine.ofWorkers(
                        loop.driverName(), plan.workers(), Scheme.of(SCHEME), addresses));
        view.begin();
    }

    private List<WorkerRow> rows() {
        return crew.members().stream().map(WorkerRow::of).toList();
    }

    private void control(List<Address> addresses) {
        Path path = plan.control().orElseGet(() -> ControlPlace.usual().of(addresses.getFirst()));
        List<String> urls = addresses.stream().map(one -> StartLine.url(SCHEME, one)).toList();
        control =
                ControlServer.listen(loop, path, new ProgramControl(loop, crew, urls, this::end))
                        .onError(error -> view.say(uncontrolled(path, error)));
    }

    private static String uncontrolled(Path path, IOException error) {
        return SystemError.codeOf(error).equals("EADDRINUSE")
                ? ControlPlace.taken(path)
                : "no control socket: " + Console.oneLine(error);
    }

    private Address listen(String name, Address address) {
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        try {
            listener.bind(address);
            listener.open();
            listener.unref();
            listeners.add(listener);
            sockets.put(name, listener.duplicate());
            return Objects.requireNonNull(listener.localAddress());
        } catch (IOException e) {
            listeners.forEach(ListenHandle::close);
            throw ListenFailure.of(e, address, ListenWords.LISTEN);
        }
    }

    @Override
    public void ended(ProgramMember member, ChildExit exit) {
        String how = plan.title() + " (pid " + member.pid() + ") " + ClusterRun.text(exit);
        if (exit.isSuccess()) {
            if (crew.isOver()) {
                view.say(how + ", as the last one");
            }
        } else if (hasServed) {
            view.say(how + "; another one takes its place");
        } else {
            fail(how + " before it served");
        }
    }

    @Override
    public void settled() {
        hasServed = true;
    }

    @Override
    public void failed(IOException error) {
        view.say(plan.title() + " can't be started: " + Console.oneLine(error));
    }

    @Override
    public void over() {
        closeListeners();
        view.end();
        if (control != null) {
            control.close();
        }
    }

    private void fail(String why) {
        failure = why;
        isEnding = true;
        crew.kill();
        closeListeners();
    }

    private void reload() {
        crew.reload(done -> {
            if (!isEnding) {
                view.say(done.text());
            }
        });
    }

    private void end(Optional<Duration> limit) {
        isEnding = true;
        closeListeners();
        crew.end(limit.orElse(plan.stopLimit()));
    }

    /** The program's processes have them still. */
    private void closeListeners() {
        listeners.forEach(ListenHandle::close);
        sockets.values().forEach(Descriptor::close);
    }
}
