package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.RawHttp;
import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Forms without files: decoding, limits, other types. */
@Timeout(30)
class FormTest {
    private static final String TYPE = "application/x-www-form-urlencoded";
    private static final Form.Limits FEW = new Form.Limits(20, 3);

    private static Answer post(String type, String body) throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                Form.read(request, FEW)
                                        .thenAccept(form -> {
                                            StringBuilder text = new StringBuilder();
                                            form.names()
                                                    .forEach(name ->
                                                            text.append(name)
                                                                    .append(form.all(name)));
                                            response.end(form + " " + text);
                                        }));
                RawHttp client = fixture.connect()) {
            String head = "\r\nContent-Type: " + type + "\r\n\r\n";
            Answer answer = client.send(RawHttp.post(body).replaceFirst("\r\n\r\n", head)).answer();
            assertThat(fixture.handlerErrorCount()).isZero();
            return answer;
        }
    }

    @Test
    void fieldsAreDecoded() throws IOException {
        assertThat(post(TYPE, "a=1&b=2&a=3").text()).isEqualTo("Form[a, b] a[1, 3]b[2]");
        assertThat(post(TYPE, "a+b=%2B+%26&&c").text()).isEqualTo("Form[a b, c] a b[+ &]c[]");
        assertThat(post(TYPE, "=x&a=b=c").text()).isEqualTo("Form[, a] [x]a[b=c]");
        assertThat(post(TYPE + ";charset=UTF-8", "a=%C3%A4").text())
                .isEqualTo("Form[a] a[\u00c3\u00a4]");
        assertThat(post(TYPE, "\u00c3\u00a4=\u00c3\u00a4").text())
                .isEqualTo("Form[\u00c3\u00a4] \u00c3\u00a4[\u00c3\u00a4]");
        assertThat(post(TYPE, "").text()).isEqualTo("Form[] ");
    }

    @Test
    void theLimitsAreInclusive() throws IOException {
        assertThat(post(TYPE, "a=" + "b".repeat(18)).status()).isEqualTo(200);
        assertThat(post(TYPE, "a=" + "b".repeat(19)).status()).isEqualTo(413);
        assertThat(post(TYPE, "a&b&c").status()).isEqualTo(200);
        Answer more = post(TYPE, "a&b&c&d");
        assertThat(more.status()).isEqualTo(413);
        assertThat(more.text()).isEqualTo("the form has more than 3 fields\n");
    }

    @Test
    void whatIsNoFormIsRefused() throws IOException {
        for (String type : List.of("text/plain", TYPE + "x", TYPE + "; charset=latin1")) {
            assertThat(post(type, "a=b").status()).as(type).isEqualTo(415);
        }
        for (String body : List.of("a=%", "%zz", "a=%ff", "a=%00", "a=\0", "\u00ff=1")) {
            assertThat(post(TYPE, body).status()).as(body).isEqualTo(400);
        }
    }

    @Test
    void limitsAreChecked() {
        assertThat(Form.Limits.DEFAULTS.withMaxBytes(20).withMaxFields(3)).isEqualTo(FEW);
        assertThatThrownBy(() -> FEW.withMaxFields(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxFields -1");
    }
}
