package dev.millrace.bench;

import static dev.millrace.bench.MarkdownTable.figure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What the rounds of one shape of load showed, as Markdown. */
final class Tables {

    private Tables() {}

    static String traffic(
            Workload workload,
            Variant variant,
            List<Contender> contenders,
            double seconds,
            boolean wrk) {
        if (contenders.isEmpty()) {
            return "### " + workload.title() + " " + variant.name() + "\n\nNobody took part.\n";
        }
        Optional<Contender> base = base(contenders, workload);
        String against = base.map(b -> "vs " + b.name()).orElse("ratio");
        MarkdownTable table =
                new MarkdownTable(
                        "server",
                        "CPU us/op",
                        "min-max",
                        against,
                        "kernel us",
                        "op/s",
                        "server %",
                        "others %",
                        "load %",
                        "mean us",
                        "p50 us",
                        "p99 us",
                        "max us",
                        "RSS MiB",
                        "answer B");
        contenders.stream()
                .sorted(Comparator.comparingDouble(c -> Median.of(c.samples(), Sample::cpuMicros)))
                .forEach(c -> table.row(row(c, base, variant, wrk)));
        return "### %s %s%n%n%s%n%n%s"
                .formatted(workload.title(), variant.name(), note(contenders, seconds, wrk), table);
    }

    private static Optional<Contender> base(List<Contender> contenders, Workload workload) {
        return contenders.stream().filter(c -> c.name().equals(workload.base())).findFirst();
    }

    private static List<String> row(
            Contender contender, Optional<Contender> base, Variant variant, boolean wrk) {
        List<Sample> rounds = contender.samples();
        double[] cpu = rounds.stream().mapToDouble(Sample::cpuMicros).sorted().toArray();
        double ratio =
                base.map(b -> Median.ratio(rounds, b.samples(), Sample::cpuMicros))
                        .orElse(Double.NaN);
        double perSecond = Median.of(rounds, Sample::perSecond);
        List<Sample> timed = contender.latency() == null ? rounds : List.of(contender.latency());
        double mean =
                wrk
                        ? variant.connections() * variant.depth() * 1e6 / perSecond
                        : median(timed, Sample::meanMicros);
        List<String> cells = new ArrayList<>();
        cells.add(contender.name());
        cells.add(figure("%.3f", Median.of(cpu)));
        cells.add(figure("%.2f", cpu[0]) + "-" + figure("%.2f", cpu[cpu.length - 1]));
        cells.add(figure("%.2f", ratio));
        cells.add(figure("%.2f", median(rounds, Sample::kernelMicros)));
        cells.add(figure("%,.0f", perSecond));
        cells.add(figure("%.0f", median(rounds, Sample::serverPercent)));
        cells.add(figure("%.0f", median(rounds, Sample::otherPercent)));
        cells.add(figure("%.0f", median(rounds, Sample::loadPercent)));
        cells.add(figure("%,.0f", mean));
        cells.add(figure("%,.0f", median(timed, Sample::p50Micros)));
        cells.add(figure("%,.0f", median(timed, Sample::p99Micros)));
        cells.add(figure("%,.0f", median(timed, Sample::maxMicros)));
        cells.add(figure("%.0f", median(rounds, s -> s.residentBytes() / 1048576.0)));
        cells.add(contender.answerBytes() == 0 ? "-" : "" + contender.answerBytes());
        return cells;
    }

    private static String note(List<Contender> contenders, double seconds, boolean wrk) {
        List<Sample> all = contenders.stream().flatMap(c -> c.samples().stream()).toList();
        double worst = all.stream().mapToDouble(Sample::otherPercent).max().orElse(0);
        StringBuilder note = new StringBuilder();
        note.append(contenders.getFirst().samples().size()).append(" rounds of ");
        note.append(figure("%.3g", seconds)).append(" s; others used ");
        note.append(figure("%.0f", median(all, Sample::otherPercent)))
                .append(" % of a CPU (median), ");
        note.append(figure("%.0f", worst)).append(" % at most.");
        if (wrk) {
            note.append(" Mean by wrk's rate; percentiles from one window of load.c.");
        }
        for (Contender c : contenders) {
            double errors = c.samples().stream().mapToDouble(Sample::errors).sum();
            if (errors > 0) {
                note.append(' ')
                        .append(c.name())
                        .append(": ")
                        .append((long) errors)
                        .append(" errors.");
            }
        }
        return note.toString();
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return Median.of(samples, value);
    }
}
