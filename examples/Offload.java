import module dev.millrace;

// Counts the words of a file while a ticker shows that the loop is free, then tells what the loop
// did; whatever keeps it from its work for 50 ms is reported with its stack.
void main(String[] args) {
    var file = Path.of(args.length > 0 ? args[0] : "examples/Offload.java");
    Loop.run(loop -> {
        loop.measure();
        StallDetector.start(loop, Duration.ofMillis(50), stall ->
                IO.println((stall.isOver() ? "it took " : "blocked for ") + stall.lasted()));
        var ticker = loop.setInterval(Duration.ofMillis(10), () -> {});

        loop.offload(() -> Files.readString(file).split("\\s+").length)
                .thenAccept(count -> IO.println(count + " words"))
                .exceptionally(e -> {
                    IO.println("can't count: " + e.getCause());
                    return null;
                })
                .thenRun(() -> {
                    ticker.close();
                    var metrics = loop.metrics();
                    IO.println("turns: " + (metrics.turns() > 0 ? "some" : "none"));
                    IO.println("idle for " + metrics.idle().toMillis() + " ms");
                });
    });
}
