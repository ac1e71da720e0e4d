package dev.millrace.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A place in the tree of patterns: what may follow it, and the routes that end here. Of those that
 * fit a path, a text comes before a name, and a name before a rest.
 */
final class RouteNode {
    /** A pattern and its handler. */
    record Route(RoutePattern pattern, RouteHandler handler) {}

    /** A place and what the names on the way to it stand for, still encoded. */
    record Match(Routes routes, List<String> values) {}

    /** The routes of one place, by method; under an empty one that for all methods. */
    static final class Routes {
        static final String ANY = "";

        final Map<String, Route> byMethod = new TreeMap<>();

        /** The one for {@code method}; that of GET serves HEAD as well (RFC 9110 section 9.3.2). */
        @Nullable Route of(String method) {
            Route route = byMethod.get(method);
            if (route == null && method.equals("HEAD")) {
                route = byMethod.get("GET");
            }
            return route == null ? byMethod.get(ANY) : route;
        }

        /**
         * @throws IllegalArgumentException if there is one for {@code method} already
         */
        void add(String method, Route route) {
            Route present = byMethod.putIfAbsent(method, route);
            if (present != null) {
                throw new IllegalArgumentException(
                        "%s %s would never be called: %s is there already"
                                .formatted(
                                        method.isEmpty() ? "any method of" : method,
                                        route.pattern().text(),
                                        present.pattern().text()));
            }
        }
    }

    private final Map<String, RouteNode> texts = new HashMap<>();
    private @Nullable RouteNode name;
    private final Routes here = new Routes();
    private final Routes rest = new Routes();

    void add(String method, Route route) {
        RouteNode node = this;
        for (RoutePattern.Segment segment : route.pattern().segments()) {
            node = segment.isName() ? node.named() : node.text(segment.text());
        }
        (route.pattern().hasRest() ? node.rest : node.here).add(method, route);
    }

    private RouteNode named() {
        if (name == null) {
            name = new RouteNode();
        }
        return name;
    }

    private RouteNode text(String segment) {
        return texts.computeIfAbsent(segment, _ -> new RouteNode());
    }

    @Nullable Match find(PathSegments path) {
        return find(path, 0, new ArrayList<>());
    }

    /** No path visits a node twice, so what is searched is bounded by what was registered. */
    private @Nullable Match find(PathSegments path, int at, List<String> values) {
        if (at == path.size()) {
            return here.byMethod.isEmpty() ? null : new Match(here, List.copyOf(values));
        }
        RouteNode text = texts.get(path.decoded().get(at));
        Match found = text == null ? null : text.find(path, at + 1, values);
        // An empty segment is no name: /notes/ has no id.
        if (found == null && name != null && !path.decoded().get(at).isEmpty()) {
            values.addLast(path.raw().get(at));
            found = name.find(path, at + 1, values);
            values.removeLast();
        }
        if (found == null && !rest.byMethod.isEmpty()) {
            values.addLast(path.rawFrom(at));
            found = new Match(rest, List.copyOf(values));
            values.removeLast();
        }
        return found;
    }
}
