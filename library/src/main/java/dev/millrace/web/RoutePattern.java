package dev.millrace.web;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * A path with named segments: {@code /notes/{id}}, {@code /files/{path...}}.
 *
 * @param segments the texts that stand as they are; null in place of a named one
 * @param names of the parameters, in their order
 * @param hasRest whether the last name stands for all that follows
 */
record RoutePattern(String text, List<Segment> segments, List<String> names, boolean hasRest) {
    /** One segment: a text that stands as it is, or a name. */
    record Segment(String text, boolean isName) {}

    /**
     * @throws IllegalArgumentException if {@code text} is no pattern
     */
    static RoutePattern of(String text) {
        if (!text.startsWith("/")) {
            throw bad(text, "a pattern begins with a slash");
        }
        List<Segment> segments = new ArrayList<>();
        List<String> names = new ArrayList<>();
        boolean hasRest = false;
        for (String segment : PathSegments.split(text)) {
            if (hasRest) {
                throw bad(text, "nothing follows {" + names.getLast() + "...}");
            }
            boolean isName = segment.startsWith("{") && segment.endsWith("}");
            if (isName) {
                String name = segment.substring(1, segment.length() - 1);
                hasRest = name.endsWith("...");
                names.add(hasRest ? name.substring(0, name.length() - 3) : name);
                checkName(text, names);
            } else if (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0) {
                throw bad(text, "a name in braces is a whole segment");
            }
            if (segment.equals(".") || segment.equals("..")) {
                throw bad(text, "a path with the segment " + segment + " is never served");
            }
            if (!hasRest) {
                segments.add(new Segment(segment, isName));
            }
        }
        return new RoutePattern(text, List.copyOf(segments), List.copyOf(names), hasRest);
    }

    private static void checkName(String text, List<String> names) {
        String name = names.getLast();
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw bad(text, "{" + name + "} is no name of letters, digits and _");
        }
        if (new HashSet<>(names).size() < names.size()) {
            throw bad(text, "{" + name + "} is there twice");
        }
    }

    private static IllegalArgumentException bad(String text, String why) {
        return new IllegalArgumentException(
                "no pattern of a path: "
                        + text
                        + " ("
                        + why
                        + "): use /notes/{id} or /files/{path...}");
    }
}
