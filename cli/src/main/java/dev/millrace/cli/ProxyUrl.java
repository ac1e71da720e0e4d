package dev.millrace.cli;

import dev.millrace.http.HttpProxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which proxy a request goes through: that of {@code --proxy}, or the one that the environment
 * names as it does for curl and wget. {@code HTTP_PROXY} in capitals is left alone, since a client
 * of a CGI program can set it by a field {@code Proxy}.
 */
final class ProxyUrl {
    static final String OPTION = "--proxy";
    private static final List<String> PLAIN = List.of("http_proxy");
    private static final List<String> SECURE = List.of("https_proxy", "HTTPS_PROXY");
    private static final List<String> EXCEPTIONS = List.of("no_proxy", "NO_PROXY");
    private static final int STANDARD_PORT = 80;
    private static final String REMEDY = "; write http://HOST:PORT";

    private ProxyUrl() {}

    /**
     * {@code option}: what was given, where nothing between the quotes means none at all; {@code
     * isSecure}: the URL is one of https.
     */
    static Optional<HttpProxy> choose(
            Optional<String> option, Map<String, String> environment, boolean isSecure) {
        if (option.isPresent()) {
            return parse(OPTION, option.get());
        }
        for (String variable : isSecure ? SECURE : PLAIN) {
            Optional<HttpProxy> proxy = parse(variable, environment.getOrDefault(variable, ""));
            if (proxy.isPresent()) {
                return proxy.map(one -> one.withDirect(exceptions(environment)));
            }
        }
        return Optional.empty();
    }

    /** Each stands for itself and for what lies below it. */
    private static String[] exceptions(Map<String, String> environment) {
        List<String> direct = new ArrayList<>();
        String list =
                EXCEPTIONS.stream()
                        .map(name -> environment.getOrDefault(name, ""))
                        .filter(text -> !text.isBlank())
                        .findFirst()
                        .orElse("");
        for (String name : list.split("[,\\s]+")) {
            String plain = name.startsWith(".") ? name.substring(1) : name;
            if (plain.equals("*")) {
                direct.add(plain);
            } else if (!plain.isEmpty()) {
                direct.addAll(List.of(plain, "." + plain));
            }
        }
        return direct.toArray(String[]::new);
    }

    private static Optional<HttpProxy> parse(String where, String text) {
        if (text.isBlank()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text.contains("://") ? text : "http://" + text);
            if (!"http".equalsIgnoreCase(uri.getScheme())) {
                throw wrong(where, text, "the scheme " + uri.getScheme() + " is unknown" + REMEDY);
            }
            if (uri.getHost() == null) {
                throw wrong(where, text, "the host is missing, or is none" + REMEDY);
            }
            int port = uri.getPort() < 0 ? STANDARD_PORT : uri.getPort();
            HttpProxy proxy = HttpProxy.of(uri.getHost().replaceAll("[\\[\\]]", ""), port);
            String user = uri.getRawUserInfo();
            return Optional.of(user == null ? proxy : withCredentials(proxy, user));
        } catch (URISyntaxException e) {
            throw wrong(where, text, e.getReason() + REMEDY);
        } catch (IllegalArgumentException e) {
            throw wrong(where, text, e.getMessage() + REMEDY);
        }
    }

    private static HttpProxy withCredentials(HttpProxy proxy, String user) {
        int colon = user.indexOf(':');
        String name = colon < 0 ? user : user.substring(0, colon);
        String password = colon < 0 ? "" : user.substring(colon + 1);
        return proxy.withCredentials(decoded(name), decoded(password));
    }

    private static String decoded(String text) {
        // A plus sign is none of a form's here.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Passwords are not repeated. */
    private static UsageError wrong(String where, String text, String why) {
        return new UsageError(where + " " + text.replaceAll("//[^/@]*@", "//...@") + ": " + why);
    }
}
