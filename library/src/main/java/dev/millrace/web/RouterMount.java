package dev.millrace.web;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a router is below another one.
 *
 * @param depth how many segments of the path stand before its own
 * @param names of the parameters among those
 * @param places at which they are, by their numbers
 */
record RouterMount(int depth, List<String> names, List<Integer> places) {
    static final RouterMount TOP = new RouterMount(0, List.of(), List.of());

    /** Below this one, behind {@code prefix}. */
    RouterMount below(RoutePattern prefix, int segments) {
        List<String> allNames = new ArrayList<>(names);
        List<Integer> allPlaces = new ArrayList<>(places);
        allNames.addAll(prefix.names());
        for (int at = 0; at < segments; at++) {
            if (prefix.segments().get(at).isName()) {
                allPlaces.add(depth + at);
            }
        }
        return new RouterMount(depth + segments, List.copyOf(allNames), List.copyOf(allPlaces));
    }

    /** The parameters of a route with {@code ownNames} that stand for {@code ownValues}. */
    PathParameters parameters(PathSegments all, List<String> ownNames, List<String> ownValues) {
        if (names.isEmpty()) {
            return ownNames.isEmpty()
                    ? PathParameters.NONE
                    : new PathParameters(ownNames, ownValues);
        }
        List<String> everyName = new ArrayList<>(names);
        everyName.addAll(ownNames);
        List<String> values = new ArrayList<>(everyName.size());
        places.forEach(place -> values.add(all.raw().get(place)));
        values.addAll(ownValues);
        return new PathParameters(List.copyOf(everyName), List.copyOf(values));
    }
}
