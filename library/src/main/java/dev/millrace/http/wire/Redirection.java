package dev.millrace.http.wire;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Where a response leads, and what is asked there (RFC 9110 section 15.4).
 *
 * @param method of the request that follows
 * @param uri absolute, with the fragment of the request's URI if Location has none
 * @param keepsBody whether the request that follows has the body of this one
 */
public record Redirection(String method, URI uri, boolean keepsBody) {
    /**
     * What follows a response with {@code status} and this Location to {@code method} of {@code
     * asked}; null when there is nothing to follow: another status, no URI, or a way out of TLS.
     */
    public static @Nullable Redirection of(
            int status, @Nullable String location, String method, URI asked) {
        if (location == null || !isRedirect(status)) {
            return null;
        }
        URI to = resolve(location, asked);
        if (to == null || (isScheme(asked, "https") && !isScheme(to, "https"))) {
            return null;
        }
        String next = method(status, method);
        return new Redirection(next, to, next.equals(method));
    }

    private static boolean isRedirect(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    /** 301 and 302 turn a POST into a GET, as user agents always did; 303 all but HEAD. */
    private static String method(int status, String method) {
        return switch (status) {
            case 301, 302 -> method.equals("POST") ? "GET" : method;
            case 303 -> method.equals("HEAD") ? method : "GET";
            default -> method;
        };
    }

    /** RFC 9110 section 10.2.2, RFC 3986 section 5.2.2. */
    private static @Nullable URI resolve(String location, URI asked) {
        try {
            URI to = new URI(encoded(location));
            if (to.isOpaque() || (to.getScheme() != null && to.getRawAuthority() == null)) {
                return null;
            }
            boolean isOther = to.getScheme() != null || to.getRawAuthority() != null;
            boolean isSamePath = !isOther && to.getRawPath().isEmpty();
            String path = isOther ? to.getRawPath() : merged(to.getRawPath(), asked);
            String query =
                    isSamePath && to.getRawQuery() == null ? asked.getRawQuery() : to.getRawQuery();
            String fragment =
                    to.getRawFragment() == null ? asked.getRawFragment() : to.getRawFragment();
            String scheme = to.getScheme() == null ? asked.getScheme() : to.getScheme();
            URI from = isOther ? to : asked;
            URI resolved =
                    new URI(
                            scheme
                                    + "://"
                                    + from.getRawAuthority()
                                    + withoutDots(path)
                                    + (query == null ? "" : "?" + query)
                                    + (fragment == null ? "" : "#" + fragment));
            return resolved.getHost() == null ? null : resolved;
        } catch (URISyntaxException broken) {
            return null;
        }
    }

    /** A byte beyond ASCII came as one character; percent-encoded it is the byte that was sent. */
    private static String encoded(String location) {
        StringBuilder text = new StringBuilder();
        for (char c : location.toCharArray()) {
            if (c < 0x80) {
                text.append(c);
            } else {
                text.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
            }
        }
        return text.toString();
    }

    private static String merged(String path, URI asked) {
        String old = asked.getRawPath().isEmpty() ? "/" : asked.getRawPath();
        if (path.isEmpty()) {
            return old;
        }
        return path.startsWith("/") ? path : old.substring(0, old.lastIndexOf('/') + 1) + path;
    }

    /** RFC 3986 section 5.2.4: dots that would lead above the root lead to it. */
    private static String withoutDots(String path) {
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.split("/", -1);
        for (int at = 1; at < segments.length; at++) {
            boolean isUp = segments[at].equals("..");
            if (isUp) {
                kept.pollLast();
            }
            if (!isUp && !segments[at].equals(".")) {
                kept.add(segments[at]);
            } else if (at == segments.length - 1) {
                kept.add("");
            }
        }
        return path.isEmpty() ? "" : "/" + String.join("/", kept);
    }

    private static boolean isScheme(URI uri, String scheme) {
        return scheme.equalsIgnoreCase(uri.getScheme());
    }
}
