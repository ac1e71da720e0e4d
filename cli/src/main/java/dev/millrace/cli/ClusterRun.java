package dev.millrace.cli;

import dev.millrace.cluster.Cluster;
import dev.millrace.cluster.Primary;
import dev.millrace.cluster.WorkerProcess;
import dev.millrace.ipc.ChildExit;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import dev.millrace.systemd.InheritedSockets;
import dev.millrace.systemd.ServiceNotifier;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A program in several processes, as the command line runs it.
 *
 * <pre>
 *   starting ──every worker listens: start line──▶ serving ──signal, stop──▶ finishing ──▶ ended
 *      └──a worker ends, can't listen, or takes too long──▶ failed: the reason, once
 * </pre>
 *
 * Before the start line a worker that ends takes all with it: what fails at first fails again.
 * Behind it a worker that ends is replaced, as {@link Primary} does it.
 */
final class ClusterRun {
    private final Loop loop;
    private final ClusterPlan plan;
    private final PrintStream out;
    private final Primary primary;
    private final ClusterView view;
    private final TimerHandle startLimit;

    /** Where each worker listens, until all of them do. */
    private final Map<WorkerProcess, Set<Address>> listening = new LinkedHashMap<>();

    private boolean isServing;
    private @Nullable Path control;
    private @Nullable String failure;

    private ClusterRun(Loop loop, ClusterPlan plan, PrintStream out) {
        this.loop = loop;
        this.plan = plan;
        this.out = out;
        this.primary = Cluster.primary(loop, plan.options()).signals();
        ServiceNotifier systemd = ServiceNotifier.of(loop);
        primary.keep(InheritedSockets.ofProcess(), systemd).supervised(systemd);
        this.view = new ClusterView(loop, () -> rows(primary));
        primary.onListening(this::listens)
                .onMessage(this::said)
                .onExit(this::ended)
                .onError(this::failed);
        plan.source()
                .ifPresent(source -> primary.onReload(() -> loop.offload(() -> compile(source))));
        this.startLimit = loop.setTimeout(plan.startLimit(), this::tooLate);
        startLimit.unref();
    }

    /**
     * Runs it until it is over.
     *
     * @return the exit status
     * @throws Failure if it does not come to serve
     */
    static int run(ClusterPlan plan, PrintStream out) {
        List<ClusterRun> one = new ArrayList<>();
        Loop.run(loop -> one.add(new ClusterRun(loop, plan, out)));
        String failure = one.getFirst().failure;
        if (failure != null) {
            throw new Failure(failure);
        }
        return Main.OK;
    }

    private static List<WorkerRow> rows(Primary primary) {
        return primary.workers().stream().map(WorkerRow::of).toList();
    }

    private void listens(WorkerProcess worker, Address address) {
        if (isServing) {
            view.say(name(worker) + " listens on " + address);
            return;
        }
        listening.computeIfAbsent(worker, one -> new LinkedHashSet<>()).add(address);
        // What a program listens on besides comes in the same turn.
        loop.setImmediate(this::lookWhetherAllListen);
    }

    private void lookWhetherAllListen() {
        if (isServing || isEnding() || listening.size() < plan.options().workers()) {
            return;
        }
        Set<Set<Address>> different = new LinkedHashSet<>(listening.values());
        Set<Address> addresses = different.iterator().next();
        if (different.size() == 1 && addresses.size() >= plan.addressCount()) {
            serve(List.copyOf(addresses));
        }
    }

    private void serve(List<Address> addresses) {
        isServing = true;
        startLimit.close();
        listening.clear();
        Path path = plan.control().orElseGet(() -> ControlPlace.usual().of(addresses.getFirst()));
        control = path;
        primary.control(path);
        out.println(
                StartLine.ofWorkers(
                        loop.driverName(), plan.options().workers(), plan.scheme(), addresses));
        if (!plan.watched().isEmpty()) {
            new FileWatch(loop, plan.watched(), ".java", this::reload);
        }
        if (plan.hasView()) {
            view.begin();
        }
    }

    /** What fails is told by the primary. */
    private void reload() {
        if (!isEnding()) {
            view.say("files of " + plan.title() + " have changed");
            primary.reload()
                    .handle((done, thrown) -> {
                        if (thrown == null) {
                            long millis = done.took().toMillis();
                            view.say(done.replaced() + " workers replaced in " + millis + " ms");
                        }
                        return true;
                    });
        }
    }

    /** On a thread beside the loop. */
    private Object compile(SourceProgram source) throws IOException, InterruptedException {
        Optional<String> wrong = source.compile();
        if (wrong.isPresent()) {
            loop.execute(() -> view.say(wrong.get()));
            throw new IOException(
                    plan.title() + " does not compile; the workers go on as they were");
        }
        return source;
    }

    private void said(WorkerProcess worker, String text) {
        if (text.startsWith(ServerRun.FAILED)) {
            String why = text.substring(ServerRun.FAILED.length());
            if (isServing) {
                view.say(why);
            } else {
                fail(why);
            }
        }
    }

    private void ended(WorkerProcess worker, Optional<ChildExit> exit) {
        listening.remove(worker);
        if (isEnding()) {
            if (primary.workers().isEmpty()) {
                view.end();
            }
            return;
        }
        boolean isWell = exit.isPresent() && exit.get().isSuccess();
        String how = exit.map(ClusterRun::text).orElse("never began");
        if (!isServing) {
            fail(
                    isWell
                            ? plan.title()
                                    + " ended with status 0 and listened on nothing; millrace run"
                                    + " runs a program once"
                            : "a worker of " + plan.title() + " " + how + " before it listened");
        } else if (isWell) {
            boolean isLast = primary.workers().isEmpty();
            view.say(name(worker) + (isLast ? " has ended, as the last one" : " has ended"));
        } else if (primary.isReloading()) {
            view.say(name(worker) + " " + how);
        } else {
            view.say(name(worker) + " " + how + "; another one takes its place");
        }
    }

    static String text(ChildExit exit) {
        return exit.signal().isPresent()
                ? "was ended by signal " + exit.signal().getAsInt()
                : "ended with status " + exit.status();
    }

    private static String name(WorkerProcess worker) {
        String pid = worker.pid().isPresent() ? " (pid " + worker.pid().getAsLong() + ")" : "";
        return "worker " + worker.id() + pid;
    }

    private void failed(IOException error) {
        if (!isServing) {
            fail("a worker of " + plan.title() + " can't be started: " + Console.oneLine(error));
        } else if (SystemError.codeOf(error).equals("EADDRINUSE") && control != null) {
            view.say(ControlPlace.taken(control));
        } else {
            view.say(Console.oneLine(error));
        }
    }

    private void tooLate() {
        fail(
                plan.title()
                        + " does not listen on anything after "
                        + plan.startLimit().toMillis()
                        + " ms; with workers a program has to listen, and millrace run runs one"
                        + " that does not");
    }

    /** It does not come to serve: nothing is in flight. */
    private void fail(String why) {
        if (failure == null && !isEnding()) {
            failure = why;
            startLimit.close();
            primary.shutdown(Duration.ZERO);
            primary.workers().forEach(WorkerProcess::kill);
        }
    }

    private boolean isEnding() {
        return primary.isShuttingDown();
    }
}
