package dev.millrace.conformance.chaos;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Many connections to one address, whose every request is noted. Belongs to its loop. */
final class Load {
    /** How a connection behaves: how long it rests, and how often it leaves after a response. */
    record Habit(int idleMaxMillis, int leavesOneIn) {
        /** Kept alive, with rests of up to two seconds. */
        static final Habit SLOW = new Habit(2000, 0);

        /** Kept alive, a hundred requests a second. */
        static final Habit STEADY = new Habit(20, 0);

        /** Kept alive, with hardly a rest. */
        static final Habit BUSY = new Habit(4, 0);

        /** Comes, asks and goes. */
        static final Habit CHURN = new Habit(20, 2);

        Duration idle(Random random) {
            return Duration.ofMillis(random.nextInt(idleMaxMillis + 1));
        }

        boolean isLeaving(Random random) {
            return isChurn() && random.nextInt(leavesOneIn) == 0;
        }

        boolean isChurn() {
            return leavesOneIn > 0;
        }
    }

    final Loop loop;
    final IpAddress address;
    final Random random;
    final History history = new History();
    private final Predicate<String> lost;
    private final List<LoadConnection> connections = new ArrayList<>();
    private final CompletableFuture<Void> quiet = new CompletableFuture<>();
    private volatile long endedCount;
    private boolean isEnding;
    private int open;

    /**
     * @param lost whether a worker was killed or stopped from outside; what was asked of it then is
     *     not repeated
     */
    Load(Loop loop, IpAddress address, long seed, Predicate<String> lost) {
        this.loop = loop;
        this.address = address;
        this.random = new Random(seed);
        this.lost = lost;
    }

    void add(int count, Habit habit) {
        for (int number = 0; number < count; number++) {
            connections.add(new LoadConnection(this, habit));
            open++;
        }
    }

    boolean isLost(String worker) {
        return lost.test(worker);
    }

    boolean isEnding() {
        return isEnding;
    }

    void ended() {
        endedCount++;
    }

    /** How many requests have an outcome. Any thread. */
    long endedCount() {
        return endedCount;
    }

    /** The listening socket is never closed, so no connect may fail. */
    void refused(IOException error) {
        history.mistakes.add("a connect failed: " + error.getMessage());
    }

    void closed() {
        open--;
        if (open == 0) {
            quiet.complete(null);
        }
    }

    /** No further request; the result is there when the last connection is gone. */
    CompletableFuture<Void> finish() {
        isEnding = true;
        connections.forEach(LoadConnection::finish);
        return quiet;
    }

    /** How many of the connections that stay are the same as in the beginning. */
    long firstCount() {
        return connections.stream().filter(LoadConnection::isFirst).count();
    }
}
