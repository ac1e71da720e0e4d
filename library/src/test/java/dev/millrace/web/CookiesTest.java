package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.RawHttp;
import dev.millrace.testing.RecordChanges;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cookies in, as clients send them, and out, with what clients would ignore refused. */
@Timeout(30)
class CookiesTest {
    private static final SetCookie COOKIE = SetCookie.of("a", "b");

    private static String cookies(String... lines) throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            Cookies cookies = Cookies.of(request);
                            StringBuilder text = new StringBuilder(cookies + ":");
                            cookies.names()
                                    .forEach(name -> text.append(name).append(cookies.all(name)));
                            response.end(text + " " + cookies.first("b").orElse("none"));
                        });
                RawHttp client = fixture.connect()) {
            String fields = String.join("\r\nCookie: ", lines);
            return client.send("GET / HTTP/1.1\r\nHost: a\r\nCookie: " + fields + "\r\n\r\n")
                    .answer()
                    .text();
        }
    }

    @Test
    void pairsAreReadInTheirOrder() throws IOException {
        assertThat(cookies("a=1; b=2; a=3")).isEqualTo("Cookies[a, b]:a[1, 3]b[2] 2");
        assertThat(cookies("b=x=y==", "c=\"q\"")).isEqualTo("Cookies[b, c]:b[x=y==]c[\"q\"] x=y==");
        assertThat(cookies("b=;c= d ;  B=3")).isEqualTo("Cookies[b, c, B]:b[]c[d]B[3] ");
    }

    @Test
    void whatIsNoPairIsLeftOut() throws IOException {
        assertThat(cookies("lonely; =value; a b=c; ;; x[]=1; ok=1"))
                .isEqualTo("Cookies[ok]:ok[1] none");
    }

    @Test
    void eachChangeIsOfItsOwnComponent() {
        Map<String, UnaryOperator<SetCookie>> changes =
                Map.of(
                        "maxAge", cookie -> cookie.withMaxAge(Duration.ofHours(1)),
                        "path", cookie -> cookie.withPath("/x"),
                        "domain", cookie -> cookie.withDomain("example.com"),
                        "isSecure", cookie -> cookie.withSecure(true),
                        "isHttpOnly", cookie -> cookie.withHttpOnly(false),
                        "sameSite", cookie -> cookie.withSameSite(SameSite.STRICT));
        Map<String, UnaryOperator<SetCookie>> each = new HashMap<>(changes);
        each.put("name", cookie -> named(cookie, "x", cookie.value()));
        each.put("value", cookie -> named(cookie, cookie.name(), "x"));
        SetCookie full = COOKIE.withMaxAge(Duration.ofDays(1)).withDomain("a.b");
        RecordChanges.expectEachItsOwn(full, each);
        SetCookie all = COOKIE;
        for (var change : changes.values()) {
            all = change.apply(all);
        }
        assertThat(all.text())
                .isEqualTo(
                        "a=b; Max-Age=3600; Domain=example.com; Path=/x; Secure; SameSite=Strict");
    }

    private static SetCookie named(SetCookie cookie, String name, String value) {
        return new SetCookie(
                name,
                value,
                cookie.maxAge(),
                cookie.path(),
                cookie.domain(),
                cookie.isSecure(),
                cookie.isHttpOnly(),
                cookie.sameSite());
    }

    @Test
    void attributesAreWrittenOnlyWhereTheyAreSet() {
        assertThat(COOKIE.text()).isEqualTo("a=b; Path=/; HttpOnly; SameSite=Lax");
        assertThat(COOKIE.withPath(null).withHttpOnly(false).withSameSite(null).text())
                .isEqualTo("a=b");
        assertThat(SetCookie.removal("a").text())
                .isEqualTo("a=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax");
        assertThat(COOKIE).as("a secret").hasToString("SetCookie[a]");
    }

    @Test
    void whatCanNotStandThereIsNamed() {
        for (String name : List.of("", "a b", "a=b", "a;b", "\u00e4", "a\r\nb", "a\"")) {
            assertThatThrownBy(() -> SetCookie.of(name, ""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the cookie's name");
        }
        for (String value :
                List.of("a b", "a;b", "a,b", "\u00e4", "a\r\nb", "\"", "\\", "\u007f")) {
            assertThatThrownBy(() -> SetCookie.of("n", value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the value of the cookie n has U+")
                    .hasMessageContaining("Base64");
        }
        for (String path : List.of("x", "", "/a;b", "/\u00e4", "/a\nb")) {
            assertThatThrownBy(() -> COOKIE.withPath(path))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("path");
        }
        for (String domain : List.of("", ".a", "a.", "a b", "a;b", "a/b", "-")) {
            assertThatThrownBy(() -> COOKIE.withDomain(domain))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("domain");
        }
        assertThatThrownBy(() -> COOKIE.withMaxAge(Duration.ofSeconds(-1)))
                .hasMessageContaining("zero removes it");
    }

    @Test
    void sizesThatClientsIgnoreAreRefused() {
        assertThat(SetCookie.of("n", "v".repeat(4095)).value()).hasSize(4095);
        assertThatThrownBy(() -> SetCookie.of("n", "v".repeat(4096)))
                .hasMessageContaining("has 4097 bytes in its name and value");
        assertThat(COOKIE.withPath("/" + "p".repeat(1023)).text()).contains("ppp");
        assertThatThrownBy(() -> COOKIE.withPath("/" + "p".repeat(1024)))
                .hasMessageContaining("more than 1024 bytes");
    }

    @Test
    void whatClientsIgnoreIsRefusedWhenItIsWritten() {
        SetCookie ofHost = SetCookie.of("__Host-a", "b");
        assertThat(ofHost.withSecure(true).text()).startsWith("__Host-a=b; Path=/; Secure");
        for (SetCookie ignored :
                List.of(
                        COOKIE.withSameSite(SameSite.NONE),
                        ofHost,
                        SetCookie.of("__secure-a", "b"),
                        ofHost.withSecure(true).withPath("/x"),
                        ofHost.withSecure(true).withDomain("a.b"))) {
            assertThatThrownBy(ignored::text)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("clients ignore the cookie " + ignored.name());
        }
        assertThat(COOKIE.withSameSite(SameSite.NONE).withSecure(true).text())
                .endsWith("; SameSite=None");
    }
}
