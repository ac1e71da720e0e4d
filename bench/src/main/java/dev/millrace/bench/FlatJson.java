package dev.millrace.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The one line of JSON that our programs print: names and numbers, nothing nested. */
final class FlatJson {

    private static final Pattern ENTRY = Pattern.compile("\"(\\w+)\":(-?[0-9.]+)");

    private FlatJson() {}

    static Map<String, Double> parse(String output) {
        Map<String, Double> values = new HashMap<>();
        Matcher entry = ENTRY.matcher(output.substring(output.lastIndexOf('{') + 1));
        while (entry.find()) {
            values.put(entry.group(1), Double.valueOf(entry.group(2)));
        }
        return values;
    }
}
