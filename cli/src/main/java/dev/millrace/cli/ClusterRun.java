package dev.millrace.cli;

import dev.millrace.cluster.Cluster;
import dev.millrace.cluster.Primary;
import dev.millrace.cluster.WorkerProcess;
import dev.millrace.ipc.ChildExit;
import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A program in several processes, as the command line runs it.
 *
 * <pre>
 *   starting ──every worker listens: start line──▶ serving ──signal──▶ finishing ──▶ ended
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
    private final TimerHandle startLimit;

    /** Where each worker listens, until all of them do. */
    private final Map<WorkerProcess, Set<Address>> listening = new LinkedHashMap<>();

    private boolean isServing;
    private boolean isFinishing;
    private @Nullable String failure;

    private ClusterRun(Loop loop, ClusterPlan plan, PrintStream out) {
        this.loop = loop;
        this.plan = plan;
        this.out = out;
        this.primary = Cluster.primary(loop, plan.options());
        primary.onListening(this::listens)
                .onMessage(this::said)
                .onExit(this::ended)
                .onError(this::failed);
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
        CountDownLatch ended = new CountDownLatch(1);
        List<ClusterRun> one = new ArrayList<>();
        try {
            Loop.run(loop -> {
                ClusterRun made = new ClusterRun(loop, plan, out);
                one.add(made);
                Signals.onStop(() -> loop.execute(made::finish), ended);
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

    private void listens(WorkerProcess worker, Address address) {
        if (isServing) {
            return;
        }
        listening.computeIfAbsent(worker, one -> new LinkedHashSet<>()).add(address);
        // What a program listens on besides comes in the same turn.
        loop.setImmediate(this::lookWhetherAllListen);
    }

    private void lookWhetherAllListen() {
        if (isServing || isFinishing || listening.size() < plan.options().workers()) {
            return;
        }
        Set<Set<Address>> different = new LinkedHashSet<>(listening.values());
        Set<Address> addresses = different.iterator().next();
        if (different.size() == 1 && addresses.size() >= plan.addressCount()) {
            isServing = true;
            startLimit.close();
            listening.clear();
            out.println(
                    StartLine.ofWorkers(
                            loop.driverName(),
                            plan.options().workers(),
                            plan.scheme(),
                            List.copyOf(addresses)));
        }
    }

    private void said(WorkerProcess worker, String text) {
        if (text.startsWith(ServerWorker.FAILED)) {
            String why = text.substring(ServerWorker.FAILED.length());
            if (isServing) {
                Console.complain(why);
            } else {
                fail(why);
            }
        }
    }

    private void ended(WorkerProcess worker, Optional<ChildExit> exit) {
        listening.remove(worker);
        if (isFinishing) {
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
        } else if (!isWell) {
            Console.complain(name(worker) + " " + how + "; another one takes its place");
        } else if (primary.workers().isEmpty()) {
            Console.complain("the last worker of " + plan.title() + " has ended with status 0");
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
        if (isServing) {
            Console.complain("a worker can't be started: " + Console.oneLine(error));
        } else if (!isFinishing) {
            fail("a worker of " + plan.title() + " can't be started: " + Console.oneLine(error));
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
        if (failure == null && !isFinishing) {
            failure = why;
            finish();
            primary.workers().forEach(WorkerProcess::kill);
        }
    }

    /** In order: no further connection, and ten seconds for those that there are. */
    private void finish() {
        if (!isFinishing) {
            isFinishing = true;
            startLimit.close();
            primary.shutdown(ServerRun.FINISH_MAX);
        }
    }
}
