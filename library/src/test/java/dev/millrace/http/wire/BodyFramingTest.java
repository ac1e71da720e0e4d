package dev.millrace.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.wire.BodyFraming.Role;
import org.junit.jupiter.api.Test;

/** RFC 9112 section 6.3, by direction. */
class BodyFramingTest {
    @Test
    void aReceivedBodyEndsAsItsHeadSays() {
        for (Role role : Role.values()) {
            assertThat(BodyFraming.received(role, true, -1)).isEqualTo(BodyFraming.CHUNKED);
            assertThat(BodyFraming.received(role, false, 3)).isEqualTo(BodyFraming.LENGTH);
            assertThat(BodyFraming.received(role, false, 0)).isEqualTo(BodyFraming.NONE);
        }
        assertThat(BodyFraming.received(Role.REQUEST, false, -1)).isEqualTo(BodyFraming.NONE);
        assertThat(BodyFraming.received(Role.RESPONSE, false, -1)).isEqualTo(BodyFraming.CLOSE);
    }

    @Test
    void aSentBodyIsFramedByLengthThenByWhatThePeerKnows() {
        assertThat(BodyFraming.sent(3, true)).isEqualTo(BodyFraming.LENGTH);
        assertThat(BodyFraming.sent(-1, false)).isEqualTo(BodyFraming.CHUNKED);
        assertThat(BodyFraming.sent(-1, true)).isEqualTo(BodyFraming.CLOSE);
        assertThat(BodyFraming.sent(new FieldsToSend(), -1, false)).isEqualTo(BodyFraming.CHUNKED);
    }

    @Test
    void theSendersFieldsWin() {
        FieldsToSend fields = new FieldsToSend();
        fields.set("Content-Length", "3");
        assertThat(BodyFraming.sent(fields, -1, true)).isEqualTo(BodyFraming.LENGTH);
        fields.remove("Content-Length");
        assertThat(BodyFraming.sent(fields, 3, false)).isEqualTo(BodyFraming.CHUNKED);
        fields.remove("Transfer-Encoding");
        assertThat(BodyFraming.sent(fields, 3, false)).isEqualTo(BodyFraming.CLOSE);
    }
}
