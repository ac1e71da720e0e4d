package dev.millrace.cli;

import java.util.List;

/** {@code millrace reflect}: what the parser made of a request, as JSON. */
final class ReflectCommand implements ServerCommand {
    @Override
    public String name() {
        return "reflect";
    }

    @Override
    public String summary() {
        return "answer every request with what it was, as JSON";
    }

    @Override
    public List<Option> options() {
        return HttpSettings.options();
    }

    @Override
    public String notes() {
        return HttpSettings.notes();
    }

    @Override
    public ServerRun prepare(Arguments arguments) {
        return HttpService.run(arguments, loop -> Reflection::answer);
    }
}
