package dev.millrace.web;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request to the handler for its method and path.
 *
 * {@snippet class="dev.millrace.web.WebExamplesTest" region="router"}
 *
 * <p>A pattern is a path in plain text. {@code {id}} stands for one segment that is not empty,
 * {@code {rest...}} at the end for all that follows. Each segment is percent-decoded by itself, so
 * that an encoded slash stays in its segment; {@code /notes} and {@code /notes/} are two paths. A
 * path with a segment {@code .} or {@code ..}, encoded or not, is a 400: clients resolve them.
 *
 * <p>The path alone decides which pattern counts: from left to right a text comes before a name,
 * and a name before a rest. Then the method: without a handler for it the response is 405, with
 * Allow. HEAD is served by the handler of GET, whose body is left out; OPTIONS by the router,
 * {@code OPTIONS *} too, where no handler is there for it. A path without a pattern is a 404.
 *
 * <p>It is set up first and serves afterwards: several loops may share it, and the handlers are
 * called on the thread of the request's loop.
 */
public final class Router implements HttpHandler {
    private final RouteNode root = new RouteNode();
    private final List<UnaryOperator<HttpHandler>> wraps = new ArrayList<>();

    /** Every method that has a handler here or below, for {@code OPTIONS *}. */
    private final TreeSet<String> methods = new TreeSet<>();

    private final List<Router> mounted = new ArrayList<>();
    private HttpHandler otherwise = (request, response) -> respond(response, 404, "404 Not Found");
    private final Entry top = new Entry(RouterMount.TOP);

    /** It has served a request: what stands around the handlers is made, and stays. */
    private volatile boolean isServing;

    /** A router without routes. */
    public Router() {}

    /** Serves GET, and HEAD unless that has a handler of its own. */
    public Router get(String pattern, HttpHandler handler) {
        return route("GET", pattern, handler);
    }

    /** As the other {@code get}, for a handler that gets what the names stand for. */
    public Router get(String pattern, RouteHandler handler) {
        return route("GET", pattern, handler);
    }

    /** Serves POST. */
    public Router post(String pattern, HttpHandler handler) {
        return route("POST", pattern, handler);
    }

    /** Serves POST. */
    public Router post(String pattern, RouteHandler handler) {
        return route("POST", pattern, handler);
    }

    /** Serves PUT. */
    public Router put(String pattern, HttpHandler handler) {
        return route("PUT", pattern, handler);
    }

    /** Serves PUT. */
    public Router put(String pattern, RouteHandler handler) {
        return route("PUT", pattern, handler);
    }

    /** Serves PATCH. */
    public Router patch(String pattern, HttpHandler handler) {
        return route("PATCH", pattern, handler);
    }

    /** Serves PATCH. */
    public Router patch(String pattern, RouteHandler handler) {
        return route("PATCH", pattern, handler);
    }

    /** Serves DELETE. */
    public Router delete(String pattern, HttpHandler handler) {
        return route("DELETE", pattern, handler);
    }

    /** Serves DELETE. */
    public Router delete(String pattern, RouteHandler handler) {
        return route("DELETE", pattern, handler);
    }

    /** As {@link #route(String, String, RouteHandler)}. */
    public Router route(String method, String pattern, HttpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return route(method, pattern, (request, response, _) -> handler.handle(request, response));
    }

    /**
     * Serves {@code method}, which is case-sensitive.
     *
     * @throws IllegalArgumentException if the pattern is none, the method is no token, or there is
     *     a handler for both already, under other names perhaps
     */
    public Router route(String method, String pattern, RouteHandler handler) {
        if (!FieldText.isToken(method)) {
            throw new IllegalArgumentException("no method: " + method);
        }
        add(method, pattern, handler);
        methods.add(method);
        return this;
    }

    /** As {@link #any(String, RouteHandler)}. */
    public Router any(String pattern, HttpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return any(pattern, (request, response, _) -> handler.handle(request, response));
    }

    /** Serves every method that has no handler of its own, OPTIONS included. */
    public Router any(String pattern, RouteHandler handler) {
        add(RouteNode.Routes.ANY, pattern, handler);
        return this;
    }

    private void add(String method, String pattern, RouteHandler handler) {
        Objects.requireNonNull(handler, "handler");
        root.add(method, new RouteNode.Route(RoutePattern.of(pattern), handler));
    }

    /**
     * Gives everything at and below {@code prefix} to {@code router}, whose patterns go on behind
     * it: {@code /} there is {@code prefix} itself, with a slash behind it or without. Its handlers
     * get the names of the prefix as well. A path that it does not know is its own 404.
     *
     * {@snippet class="dev.millrace.web.WebExamplesTest" region="mount"}
     *
     * @throws IllegalArgumentException if the prefix is none, or taken
     */
    public Router mount(String prefix, Router router) {
        RoutePattern pattern = RoutePattern.of(prefix);
        boolean isTop = prefix.equals("/");
        if (pattern.hasRest() || prefix.endsWith("/") && !isTop) {
            throw new IllegalArgumentException(
                    "no prefix of a path: " + prefix + ": use /notes or /users/{user}");
        }
        if (router == this || router.isAbove(this)) {
            throw new IllegalArgumentException("a router can't be mounted below itself");
        }
        Mounted below = new Mounted(router, pattern, isTop ? 0 : pattern.segments().size());
        mounted.add(router);
        String behind = isTop ? "/{rest...}" : prefix + "/{rest...}";
        if (!isTop) {
            add(RouteNode.Routes.ANY, prefix, below);
        }
        add(RouteNode.Routes.ANY, behind, below);
        return this;
    }

    private boolean isAbove(Router other) {
        return mounted.stream().anyMatch(one -> one == other || one.isAbove(other));
    }

    /**
     * Puts something around all that this router does, its 404 included: what {@code around} makes
     * of a handler is called in its place. The first one is the outermost. It is called once for
     * each place of the router, before the first request.
     *
     * {@snippet class="dev.millrace.web.WebExamplesTest" region="wrap"}
     *
     * @throws IllegalStateException if the router serves already
     */
    public Router wrap(UnaryOperator<HttpHandler> around) {
        if (isServing) {
            throw new IllegalStateException("the router serves already: wrap it before");
        }
        wraps.add(Objects.requireNonNull(around, "around"));
        return this;
    }

    /** Calls {@code handler} where no pattern fits, in place of a 404 with a short text. */
    public Router otherwise(HttpHandler handler) {
        otherwise = Objects.requireNonNull(handler, "handler");
        return this;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) throws Exception {
        top.handle(request, response);
    }

    private void dispatch(ServerRequest request, ServerResponse response, RouterMount mount)
            throws Exception {
        String rawPath = request.rawPath();
        String method = request.method();
        if (rawPath.equals("*") && method.equals("OPTIONS")) {
            allow(response, 204, allMethods());
            return;
        }
        if (rawPath.isEmpty() && !method.equals("CONNECT")) {
            // RFC 9110 section 4.2.3: as a single slash.
            rawPath = "/";
        }
        PathSegments all = rawPath.startsWith("/") ? PathSegments.of(rawPath) : null;
        if (all == null) {
            respond(response, 400, "400 Bad Request: the path has segments that are never served");
            return;
        }
        RouteNode.Match match = root.find(all.from(mount.depth()));
        if (match == null) {
            otherwise.handle(request, response);
            return;
        }
        RouteNode.Route route = match.routes().of(method);
        if (route == null) {
            TreeSet<String> allowed = new TreeSet<>(match.routes().byMethod.keySet());
            allow(response, method.equals("OPTIONS") ? 204 : 405, allowed);
        } else if (route.handler() instanceof Mounted below) {
            below.entry(mount).handle(request, response);
        } else {
            List<String> names = route.pattern().names();
            PathParameters path = mount.parameters(all, names, match.values());
            route.handler().handle(request, response, path);
        }
    }

    private TreeSet<String> allMethods() {
        TreeSet<String> all = new TreeSet<>(methods);
        mounted.forEach(router -> all.addAll(router.allMethods()));
        return all;
    }

    private static void allow(ServerResponse response, int status, TreeSet<String> methods) {
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        methods.add("OPTIONS");
        response.header("Allow", String.join(", ", methods));
        if (status == 204) {
            response.status(status).end();
        } else {
            respond(response, status, "405 Method Not Allowed");
        }
    }

    private static void respond(ServerResponse response, int status, String text) {
        response.status(status).header("Content-Type", "text/plain; charset=utf-8");
        response.end(text + "\n");
    }

    @Override
    public String toString() {
        return "Router[" + String.join(", ", methods) + ", " + mounted.size() + " mounted]";
    }

    /** The way into this router at one of its places, through what is wrapped around it. */
    private final class Entry implements HttpHandler {
        private final RouterMount mount;
        private volatile @Nullable HttpHandler wrapped;

        Entry(RouterMount mount) {
            this.mount = mount;
        }

        @Override
        public void handle(ServerRequest request, ServerResponse response) throws Exception {
            HttpHandler made = wrapped;
            (made == null ? make() : made).handle(request, response);
        }

        private synchronized HttpHandler make() {
            HttpHandler handler = wrapped;
            if (handler == null) {
                isServing = true;
                handler = (request, response) -> dispatch(request, response, mount);
                for (UnaryOperator<HttpHandler> around : wraps.reversed()) {
                    handler = around.apply(handler);
                }
                wrapped = handler;
            }
            return handler;
        }
    }

    /** A router below this one; never called as a handler. */
    private static final class Mounted implements RouteHandler {
        private final Router router;
        private final RoutePattern prefix;
        private final int segments;

        /** One for each place of the router above. */
        private final Map<RouterMount, Entry> entries = new ConcurrentHashMap<>();

        Mounted(Router router, RoutePattern prefix, int segments) {
            this.router = router;
            this.prefix = prefix;
            this.segments = segments;
        }

        Entry entry(RouterMount above) {
            return entries.computeIfAbsent(
                    above, place -> router.new Entry(place.below(prefix, segments)));
        }

        @Override
        public void handle(ServerRequest request, ServerResponse response, PathParameters path)
                throws Exception {
            entry(RouterMount.TOP).handle(request, response);
        }
    }
}
