package dev.millrace.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The load generators' command lines. */
final class Load {

    private final Layout layout;
    private final Tools tools;

    Load(Layout layout, Tools tools) {
        this.layout = layout;
        this.tools = tools;
    }

    /** Says early, and once, what is missing. */
    void requireGenerator(boolean wrk) throws LeftOut, IOException, InterruptedException {
        tools.compiled("load");
        if (wrk) {
            tools.wrk();
        }
    }

    /** load.c: every byte checked, true latencies. */
    Command exact(Contender server, Service service, Variant variant, double seconds)
            throws LeftOut, IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(tools.compiled("load").toString()));
        words.addAll(
                List.of(
                        "-c",
                        "" + variant.connections(),
                        "-d",
                        "" + variant.depth(),
                        "-t",
                        "" + seconds));
        if (service == Service.ECHO) {
            words.addAll(List.of("-s", "" + variant.messageBytes()));
        } else {
            byte[] body =
                    switch (service) {
                        case POST -> Requests.body();
                        case FILE -> Requests.fileContent();
                        default -> Requests.greeting();
                    };
            byte[] request =
                    switch (service) {
                        case POST -> Requests.post(body);
                        case FILE -> Requests.getFile();
                        default -> Requests.get();
                    };
            words.addAll(
                    List.of("-r", Requests.file(layout, "request-" + service, request).toString()));
            words.addAll(List.of("-b", Requests.file(layout, "body-" + service, body).toString()));
            words.addAll(List.of("-a", "" + server.answerBytes()));
        }
        words.add(server.process().at().text());
        return Command.of(words).pinnedTo(ServerProcess.LOAD_CPU);
    }

    /** wrk with our script. Its latencies are no use: it adds samples of its own ("correction"). */
    Command wrk(Contender server, Workload workload, Variant variant, double seconds)
            throws LeftOut, IOException {
        List<String> words = new ArrayList<>(List.of(tools.wrk().toString(), "-t1"));
        words.add("-c" + variant.connections());
        words.add("-d" + Math.max(1, Math.round(seconds)) + "s");
        words.addAll(List.of("-s", layout.source("lua", "http.lua").toString()));
        String path = workload == Workload.FILE ? Requests.FILE : "";
        words.addAll(List.of(server.process().at().url() + path, "--"));
        if (workload == Workload.HTTP_POST) {
            words.addAll(
                    List.of("post", Requests.file(layout, "body-wrk", Requests.body()).toString()));
        } else if (workload == Workload.CHURN) {
            words.add("close");
        } else if (variant.depth() > 1) {
            words.addAll(List.of("pipeline", "" + variant.depth()));
        } else {
            words.add("get");
        }
        return Command.of(words).pinnedTo(ServerProcess.LOAD_CPU);
    }
}
