package dev.millrace.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.cli.load.LatencyHistogram;
import dev.millrace.cli.load.LoadCount;
import dev.millrace.cli.load.LoadCount.Failure;
import dev.millrace.cli.load.LoadPlan;
import dev.millrace.cli.load.LoadReport;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/** The report of a load for programs: times in nanoseconds, rates a second. */
final class BenchJson {
    private BenchJson() {}

    static String text(RequestUrl url, LoadPlan plan, LoadReport report) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("url", url.toString());
            json.writeNumberField("connections", plan.connections());
            json.writeNumberField("threads", plan.threads());
            json.writeNumberField("pipeline", plan.pipeline());
            if (plan.rate().isPresent()) {
                json.writeNumberField("rateDue", plan.rate().getAsDouble());
            }
            json.writeNumberField("elapsedNanos", report.elapsed().toNanos());
            json.writeNumberField("rate", report.rate());
            json.writeNumberField("bytesPerSecond", report.bytesPerSecond());
            count(json, report.count());
            latency(json, report.count().latency());
            json.writeObjectFieldStart("load");
            json.writeNumberField("cpuNanos", report.cpu().toNanos());
            json.writeNumberField("cpuMicrosPerResponse", report.cpuMicros());
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }

    private static void count(JsonGenerator json, LoadCount count) throws IOException {
        json.writeNumberField("bytes", count.bytes());
        json.writeObjectFieldStart("responses");
        json.writeNumberField("all", count.responses());
        for (int hundreds = 2; hundreds <= 5; hundreds++) {
            json.writeNumberField(hundreds + "xx", count.ofClass(hundreds));
        }
        json.writeEndObject();
        json.writeObjectFieldStart("failures");
        for (Failure failure : Failure.values()) {
            String name = failure == Failure.CUT_OFF ? "cutOff" : failure.name();
            json.writeNumberField(
                    failure == Failure.CUT_OFF ? name : name.toLowerCase(Locale.ROOT),
                    count.failures(failure));
        }
        json.writeEndObject();
        json.writeNumberField("reconnects", count.reconnects());
        json.writeNumberField("unsent", count.unsent());
    }

    private static void latency(JsonGenerator json, LatencyHistogram latency) throws IOException {
        json.writeObjectFieldStart("latencyNanos");
        json.writeNumberField("mean", latency.mean());
        for (double percent : BenchText.PERCENTILES) {
            String name = "p" + Double.toString(percent).replaceAll("\\.0$", "");
            json.writeNumberField(name, latency.percentile(percent));
        }
        json.writeNumberField("max", latency.max());
        json.writeEndObject();
    }
}
