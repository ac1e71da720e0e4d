package dev.millrace.cli.load;

import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopGroup;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A load from its first connection to its report. Any thread. */
public final class LoadRun {
    /** Shows how it goes on. */
    public interface Display {
        /**
         * It begins.
         *
         * @param loop one of its loops, on whose thread this is called
         * @return run on that thread when it is over
         */
        Runnable begin(Loop loop, LoadRun run);
    }

    private final LoadPlan plan;
    private final List<LoadLoop> loads = new CopyOnWriteArrayList<>();
    private final List<Runnable> stops = new CopyOnWriteArrayList<>();
    private volatile boolean isStopping;

    private long countingSince;
    private long overSince;
    private Duration cpuBefore = Duration.ZERO;
    private Duration cpuAfter = Duration.ZERO;

    public LoadRun(LoadPlan plan) {
        this.plan = plan;
    }

    /** Loads the server, and returns when that is over. */
    public LoadReport run(Display display) throws InterruptedException {
        AtomicInteger threads = new AtomicInteger();
        LoopGroup started =
                LoopGroup.start(
                        plan.threads(), loop -> begin(loop, threads.getAndIncrement(), display));
        started.join();
        LoadCount all = new LoadCount();
        loads.forEach(load -> all.add(load.result()));
        String lastFailure =
                loads.stream()
                        .map(LoadLoop::lastFailure)
                        .filter(Objects::nonNull)
                        .findAny()
                        .orElse(null);
        return new LoadReport(all, whole(), cpuAfter.minus(cpuBefore), lastFailure);
    }

    private synchronized Duration whole() {
        // It may have ended within the warm-up.
        return countingSince == 0 ? Duration.ZERO : Duration.ofNanos(overSince - countingSince);
    }

    private void begin(Loop loop, int thread, Display display) {
        Runnable shown = thread == 0 ? display.begin(loop, this) : () -> {};
        LoadLoop load =
                new LoadLoop(
                        loop,
                        plan,
                        thread,
                        new LoadLoop.Listener() {
                            @Override
                            public void onCounting() {
                                counting();
                            }

                            @Override
                            public void onEnd() {
                                over();
                                shown.run();
                            }
                        });
        loads.add(load);
        load.start();
        stops.add(() -> loop.execute(load::stop));
        if (isStopping) {
            load.stop();
        }
    }

    private synchronized void counting() {
        if (countingSince == 0) {
            countingSince = System.nanoTime();
            cpuBefore = cpu();
        }
    }

    /** The last one of several counts. */
    private synchronized void over() {
        overSince = System.nanoTime();
        cpuAfter = countingSince == 0 ? Duration.ZERO : cpu();
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Ends it early; the report tells what there is. */
    public void stop() {
        isStopping = true;
        stops.forEach(Runnable::run);
    }

    /** What it does. */
    public LoadPlan plan() {
        return plan;
    }

    /** Complete responses so far, as of the last tenth of a second. */
    public long responses() {
        return loads.stream().mapToLong(LoadLoop::shownResponses).sum();
    }

    /** What failed so far, as of the last tenth of a second. */
    public long failures() {
        return loads.stream().mapToLong(LoadLoop::shownFailures).sum();
    }

    /** How long it has been counting; zero in its warm-up. */
    public synchronized Duration elapsed() {
        return countingSince == 0
                ? Duration.ZERO
                : Duration.ofNanos(System.nanoTime() - countingSince);
    }
}
