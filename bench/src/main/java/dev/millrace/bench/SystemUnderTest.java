package dev.millrace.bench;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server named on the command line: {@code --sut 'name=NAME,cmd=COMMAND'}, with {@code {port}},
 * {@code {path}} and {@code {service}} in the command; {@code ,jvm=no} for a short warm-up and no
 * collections.
 */
record SystemUnderTest(String name, String command, boolean jvm) {

    private static final Pattern KEY = Pattern.compile("(?:^|,)(name|cmd|jvm)=");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    static SystemUnderTest parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        Matcher key = KEY.matcher(text);
        String last = null;
        int from = 0;
        while (key.find()) {
            if (last != null) {
                values.put(last, text.substring(from, key.start()));
            }
            last = key.group(1);
            from = key.end();
        }
        if (last != null) {
            values.put(last, text.substring(from));
        }
        if (!values.containsKey("name") || !values.containsKey("cmd")) {
            throw new IllegalArgumentException("--sut wants name=NAME,cmd=COMMAND, not " + text);
        }
        return new SystemUnderTest(
                values.get("name"),
                values.get("cmd"),
                !values.getOrDefault("jvm", "yes").equals("no"));
    }

    Peer peer() {
        EnumSet<Service> services = EnumSet.allOf(Service.class);
        return new Peer(name, jvm, services, command.contains("{path}"), this::command);
    }

    private Command command(Service service, Endpoint at) throws LeftOut {
        String wanted = at.unix() ? "{path}" : "{port}";
        if (!command.contains(wanted)) {
            throw new LeftOut(name + ": its command has no " + wanted);
        }
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            String plain = word.group(3);
            String quoted = word.group(1) != null ? word.group(1) : word.group(2);
            words.add(fill(plain != null ? plain : quoted, service, at));
        }
        return Command.of(words);
    }

    private static String fill(String word, Service service, Endpoint at) {
        return word.replace("{port}", at.text())
                .replace("{path}", at.text())
                .replace("{service}", service.name().toLowerCase());
    }
}
