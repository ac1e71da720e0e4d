package dev.millrace.web;

import dev.millrace.http.ServerResponse;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A cookie that a response gives to the client (RFC 6265 section 4.1).
 *
 * {@snippet class="dev.millrace.web.WebExamplesTest" region="setCookie"}
 *
 * @param name a token
 * @param value letters, digits and signs without space, quote, comma, semicolon and backslash
 * @param maxAge how long the client keeps it, in whole seconds; zero removes it, null keeps it for
 *     the client's session
 * @param path the paths that it goes with; null for those beside the request's
 * @param domain the domain that it goes with, all names in it included; null for this host alone
 * @param isSecure whether it goes over encrypted connections alone
 * @param isHttpOnly whether scripts of the page can't see it
 * @param sameSite which requests it goes with; null for what the client thinks best
 */
public record SetCookie(
        String name,
        String value,
        @Nullable Duration maxAge,
        @Nullable String path,
        @Nullable String domain,
        boolean isSecure,
        boolean isHttpOnly,
        @Nullable SameSite sameSite) {
    /** Clients ignore a cookie with more in its name and value (RFC 6265bis section 5.6). */
    private static final int MAX_BYTES = 4096;

    /** And an attribute with more than this. */
    private static final int MAX_ATTRIBUTE_BYTES = 1024;

    /**
     * @throws IllegalArgumentException if a part can't stand in Set-Cookie, or name and value have
     *     more than 4,096 bytes; the message names it
     */
    public SetCookie {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        String what = "the cookie's name";
        if (name.isEmpty()) {
            throw new IllegalArgumentException(what + " is empty");
        }
        FieldText.check(what, name, FieldText::isTokenChar, "use letters, digits, - and _");
        FieldText.check(
                "the value of the cookie " + name,
                value,
                SetCookie::isOctet,
                "encode it, by Base64 or URLEncoder for instance");
        if (name.length() + value.length() > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the cookie %s has %d bytes in its name and value, but clients ignore more than %d"
                            .formatted(name, name.length() + value.length(), MAX_BYTES));
        }
        if (maxAge != null && maxAge.isNegative()) {
            throw new IllegalArgumentException(
                    "the age of the cookie " + name + " is " + maxAge + ": zero removes it");
        }
        checkAttribute("path", path);
        if (path != null && !path.startsWith("/")) {
            throw new IllegalArgumentException("the cookie's path " + path + " begins with no /");
        }
        checkAttribute("domain", domain);
        if (domain != null && !domain.matches("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")) {
            throw new IllegalArgumentException(
                    "the cookie's domain " + domain + " is no name of a host, as example.com is");
        }
    }

    /** RFC 6265 section 4.1.1, cookie-octet. */
    private static boolean isOctet(int c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
    }

    private static void checkAttribute(String what, @Nullable String text) {
        if (text == null) {
            return;
        }
        FieldText.check(
                "the cookie's " + what,
                text,
                c -> c >= 0x20 && c < 0x7f && c != ';',
                "leave it out, or percent-encode it");
        if (text.length() > MAX_ATTRIBUTE_BYTES) {
            throw new IllegalArgumentException(
                    "the cookie's " + what + " has more than " + MAX_ATTRIBUTE_BYTES + " bytes");
        }
    }

    /**
     * A cookie of this host and all its paths, for the client's session, that scripts don't see and
     * other sites can't send ({@code Path=/; HttpOnly; SameSite=Lax}). Add {@link #withSecure}
     * where the clients speak TLS.
     */
    public static SetCookie of(String name, String value) {
        return new SetCookie(name, value, null, "/", null, false, true, SameSite.LAX);
    }

    /** What removes the cookie that {@link #of} with this name has set. */
    public static SetCookie removal(String name) {
        return of(name, "").withMaxAge(Duration.ZERO);
    }

    /** This cookie, kept for {@code maxAge}. */
    public SetCookie withMaxAge(@Nullable Duration maxAge) {
        return new SetCookie(name, value, maxAge, path, domain, isSecure, isHttpOnly, sameSite);
    }

    /** This cookie, for {@code path} and those below. */
    public SetCookie withPath(@Nullable String path) {
        return new SetCookie(name, value, maxAge, path, domain, isSecure, isHttpOnly, sameSite);
    }

    /** This cookie, for all names of {@code domain}. */
    public SetCookie withDomain(@Nullable String domain) {
        return new SetCookie(name, value, maxAge, path, domain, isSecure, isHttpOnly, sameSite);
    }

    /** This cookie, over encrypted connections alone or over all. */
    public SetCookie withSecure(boolean isSecure) {
        return new SetCookie(name, value, maxAge, path, domain, isSecure, isHttpOnly, sameSite);
    }

    /** This cookie, hidden from scripts or not. */
    public SetCookie withHttpOnly(boolean isHttpOnly) {
        return new SetCookie(name, value, maxAge, path, domain, isSecure, isHttpOnly, sameSite);
    }

    /** This cookie, for other requests. */
    public SetCookie withSameSite(@Nullable SameSite sameSite) {
        return new SetCookie(name, value, maxAge, path, domain, isSecure, isHttpOnly, sameSite);
    }

    /**
     * Adds it to {@code response}.
     *
     * @throws IllegalStateException if the head was sent, or clients would ignore it, as {@link
     *     #text} tells
     */
    public void addTo(ServerResponse response) {
        response.addHeader("Set-Cookie", text());
    }

    /**
     * The value of Set-Cookie.
     *
     * @throws IllegalStateException if clients would ignore it: SameSite=None without Secure, a
     *     name that begins with {@code __Secure-} or {@code __Host-} without what that promises
     */
    public String text() {
        checkPromises();
        StringBuilder text = new StringBuilder(name).append('=').append(value);
        if (maxAge != null) {
            text.append("; Max-Age=").append(maxAge.toSeconds());
        }
        if (domain != null) {
            text.append("; Domain=").append(domain);
        }
        if (path != null) {
            text.append("; Path=").append(path);
        }
        text.append(isSecure ? "; Secure" : "").append(isHttpOnly ? "; HttpOnly" : "");
        if (sameSite != null) {
            text.append("; SameSite=").append(sameSite);
        }
        return text.toString();
    }

    /** RFC 6265bis sections 4.1.3 and 5.7. */
    private void checkPromises() {
        boolean isOfHost = name.regionMatches(true, 0, "__Host-", 0, 7);
        boolean isOfSecure = name.regionMatches(true, 0, "__Secure-", 0, 9);
        if (!isSecure && (isOfHost || isOfSecure || sameSite == SameSite.NONE)) {
            throw new IllegalStateException(
                    "clients ignore the cookie " + name + " unless it is Secure: withSecure(true)");
        }
        if (isOfHost && (domain != null || !"/".equals(path))) {
            throw new IllegalStateException(
                    "clients ignore the cookie " + name + " unless its path is / without a domain");
        }
    }

    /** Without the value, which is often a secret: {@code SetCookie[session]}. */
    @Override
    public String toString() {
        return "SetCookie[" + name + "]";
    }
}
