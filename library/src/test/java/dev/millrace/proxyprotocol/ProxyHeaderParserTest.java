package dev.millrace.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProxyHeaderParserTest {
    static List<HeaderSample> samples() {
        return HeaderSample.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    @Tag("I20")
    void aSampleIsReadAsItSays(HeaderSample sample) {
        String outcome = ProxyHeaderOracle.outcome(sample.bytes(), sample.bytes().length);
        if (sample.isRefused()) {
            assertThat(outcome).startsWith("PROXY protocol: ").contains(sample.expected());
        } else {
            assertThat(outcome).isEqualTo(sample.expected() + " after " + sample.bytes().length);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    @Tag("I20")
    void everyCutInTwoReadsTheSame(HeaderSample sample) throws ProxyHeaderException {
        byte[] bytes = sample.bytes();
        String whole = ProxyHeaderOracle.outcome(bytes, bytes.length);
        for (int cut = 1; cut < bytes.length; cut++) {
            assertThat(ProxyHeaderOracle.outcome(bytes, cut))
                    .as("pieces of %d", cut)
                    .isEqualTo(whole);
            if (!sample.isRefused()) {
                var parser = new ProxyHeaderParser(HeaderSample.MAX_BYTES);
                assertThat(parser.take(bytes, 0, cut)).isEqualTo(cut);
                assertThat(parser.header()).as("after %d bytes", cut).isEmpty();
                assertThat(parser.bytesTaken()).isEqualTo(cut);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    @Tag("I20")
    void whatFollowsStaysWhereItIs(HeaderSample sample) {
        if (sample.isRefused()) {
            assertThat(sample.expected()).isNotEmpty();
            return;
        }
        byte[] followed = Arrays.copyOf(sample.bytes(), sample.bytes().length + 20);
        Arrays.fill(followed, sample.bytes().length, followed.length, (byte) '\n');
        for (int step : new int[] {followed.length, 1, 3, 50}) {
            assertThat(ProxyHeaderOracle.outcome(followed, step))
                    .isEqualTo(sample.expected() + " after " + sample.bytes().length);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void whatIsWrongIsToldAtItsByteUnlessAllOfItIsNeeded(HeaderSample sample) {
        assertThat(sample.bytes()).isNotEmpty();
        ProxyHeaderOracle.check(sample.bytes());
    }

    /** A header that was read is written as one that reads the same. */
    @Test
    @Tag("I20")
    void mutationsNeverDependOnCuts() {
        Random random = new Random(1);
        List<byte[]> seeds = ProxyHeaderOracle.seeds();
        int tried = 0;
        for (int round = 0; round < 20_000; round++, tried++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            ProxyHeaderOracle.check(bytes);
        }
        assertThat(tried).isEqualTo(20_000);
    }

    @Test
    void aLimitThatHoldsNoAddressesIsRefused() {
        assertThatThrownBy(() -> new ProxyHeaderParser(231))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxBytes is 231: use 232 or more");
        assertThat(new ProxyHeaderParser(232)).hasToString("ProxyHeaderParser[0 bytes]");
    }

    @Test
    void nothingIsTakenBehindTheHeader() throws ProxyHeaderException {
        var parser = new ProxyHeaderParser(HeaderSample.MAX_BYTES);
        byte[] header = ProxyHeader.local().encode();
        assertThat(parser.take(header, 0, header.length)).isEqualTo(16);
        assertThat(parser.take(header, 0, header.length)).isZero();
        assertThat(parser.header()).contains(ProxyHeader.local());
    }
}
