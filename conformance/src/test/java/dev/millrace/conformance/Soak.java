package dev.millrace.conformance;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.testing.LoopFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Connects, echoes and ends, again and again, in every way a connection can end, from many
 * addresses of 127.0.0.0/8 so that no port runs out; and looks every tenth of the way, when all is
 * quiet, whether anything has grown (row X57).
 *
 * <p>{@code conformance/soak [CYCLES [SEED]]}; a million unless told. Ends with status 1 and the
 * reason when something grew or was told twice.
 */
final class Soak {
    private static final int LAPS = 10;

    /** From here on nothing may grow: by then everything is loaded and compiled. */
    private static final int SETTLED_LAP = 5;

    private static final long HEAP_GROWTH_MAX_BYTES = 1 << 20;
    private static final long RESIDENT_GROWTH_MAX_BYTES = 16 << 20;
    private static final long LAP_DEADLINE_MINUTES = 30;

    private Soak() {}

    public static void main(String[] arguments) throws Exception {
        int cycles = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 8;
        System.out.printf("%d cycles, seed %d%n", cycles, seed);
        List<String> faults = run(cycles, seed);
        faults.forEach(fault -> System.out.println("wrong: " + fault));
        System.out.println(faults.isEmpty() ? "flat" : "not flat");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private static List<String> run(int cycles, long seed) throws Exception {
        List<Footprint> laps = new ArrayList<>();
        Ledger accepted = new Ledger();
        Ledger connected = new Ledger();
        try (LoopFixture serverLoop = new LoopFixture();
                LoopFixture clientLoop = new LoopFixture()) {
            NetServer server =
                    serverLoop.call(() -> SoakServer.listen(serverLoop.loop(), accepted));
            IpAddress address = IpAddress.loopback(serverLoop.call(server::port));
            SoakClient client =
                    clientLoop.call(
                            () -> new SoakClient(clientLoop.loop(), address, connected, seed));
            for (int lap = 1; lap <= LAPS; lap++) {
                long from = System.nanoTime();
                client.lap(cycles / LAPS).get(LAP_DEADLINE_MINUTES, TimeUnit.MINUTES);
                accepted.awaitQuiet();
                connected.awaitQuiet();
                Footprint now = Footprint.take();
                laps.add(now);
                long perSecond = cycles / LAPS * 1_000_000_000L / (System.nanoTime() - from);
                System.out.printf("lap %2d  %s  %d/s%n", lap, now, perSecond);
            }
        }
        System.out.printf("connected: %s%naccepted:  %s%n", connected, accepted);
        return faults(laps, List.of(connected, accepted));
    }

    private static List<String> faults(List<Footprint> laps, List<Ledger> ledgers) {
        List<String> faults = new ArrayList<>();
        ledgers.forEach(ledger -> faults.addAll(ledger.mistakes()));
        Footprint settled = laps.get(SETTLED_LAP - 1);
        Footprint last = laps.getLast();
        if (last.heapBytes() - settled.heapBytes() > HEAP_GROWTH_MAX_BYTES) {
            faults.add("the heap grew");
        }
        if (last.residentBytes() - settled.residentBytes() > RESIDENT_GROWTH_MAX_BYTES) {
            faults.add("the resident memory grew");
        }
        if (last.descriptors() != laps.getFirst().descriptors()) {
            faults.add("descriptors are left");
        }
        if (last.threads() > settled.threads()) {
            faults.add("threads are left");
        }
        return faults;
    }
}
