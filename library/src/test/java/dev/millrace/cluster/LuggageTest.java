package dev.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.proxyprotocol.ProxyHeaderParser;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What travels with a connection that moves, as a field. */
class LuggageTest {
    private static final String TOLD = "PROXY TCP4 10.1.2.3 10.0.0.1 4711 80\r\n";

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ProxyHeader header() throws Exception {
        ProxyHeaderParser parser = new ProxyHeaderParser(4096);
        parser.take(bytes(TOLD).array(), 0, TOLD.length());
        return parser.header().orElseThrow();
    }

    @Test
    void aHeaderAndWhatIsUnreadArrive() throws Exception {
        Luggage sent = new Luggage(Optional.of(header()), bytes("GET / HT"));
        Luggage come = Luggage.of(sent.field());
        assertThat(come.unread()).isEqualTo(bytes("GET / HT"));
        assertThat(come.header().orElseThrow().encode()).isEqualTo(header().encode());
        assertThat(come.header().orElseThrow().source()).isEqualTo(header().source());
    }

    @Test
    void eitherMayBeMissing() throws Exception {
        Luggage unread = Luggage.of(new Luggage(Optional.empty(), bytes("\0\377.")).field());
        assertThat(unread.header()).isEmpty();
        assertThat(unread.unread()).isEqualTo(bytes("\0\377."));
        Luggage header = Luggage.of(new Luggage(Optional.of(header()), bytes("")).field());
        assertThat(header.header()).isPresent();
        assertThat(header.unread().hasRemaining()).isFalse();
        assertThat(Luggage.of("").header()).as("nothing at all").isEmpty();
    }

    @Test
    void aHeaderThatIsNoneIsRefused() {
        String cut = java.util.Base64.getEncoder().encodeToString(bytes("PROXY TC").array());
        String more = java.util.Base64.getEncoder().encodeToString(bytes(TOLD + "x").array());
        for (String field : new String[] {cut + ".", more + ".", "R0VUIC8=.", "?.", "?"}) {
            assertThatThrownBy(() -> Luggage.of(field))
                    .as(field)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
