package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockListTest {
    private static boolean blocks(BlockList list, String address) {
        return list.contains(IpAddress.of(address, 80));
    }

    @ParameterizedTest
    @CsvSource({
        // one address
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "192.0.2.7, 192.0.2.8, false",
        "192.0.2.7, ::ffff:192.0.2.7, true",
        "::ffff:192.0.2.7, 192.0.2.7, true",
        "2001:db8::7, 2001:db8:0::7, true",
        "fe80::1, fe80::1%1, true",
        // subnets
        "192.0.2.0/24, 192.0.2.0, true",
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.1.255, false",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.99/24, 192.0.2.1, true",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.128/25, 192.0.2.128, true",
        "192.0.2.4/31, 192.0.2.5, true",
        "192.0.2.4/31, 192.0.2.6, false",
        "192.0.2.4/32, 192.0.2.5, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 192.0.2.1, false",
        "::/0, ffff::, true",
        "2001:db8::/33, 2001:db8:7fff::, true",
        "2001:db8::/33, 2001:db8:8000::, false",
        "2001:db8::/128, 2001:db8::1, false",
        // ranges
        "192.0.2.10-192.0.2.19, 192.0.2.10, true",
        "192.0.2.10-192.0.2.19, 192.0.2.19, true",
        "192.0.2.10-192.0.2.19, 192.0.2.9, false",
        "192.0.2.10-192.0.2.19, 192.0.2.20, false",
        "127.0.0.1-128.0.0.1, 127.255.0.0, true",
        "192.0.2.7 - 192.0.2.7, 192.0.2.7, true",
        "2001:db8::ff-2001:db8::101, 2001:db8::100, true"
    })
    void aRuleCoversWhatItSays(String rule, String address, boolean isBlocked) {
        assertThat(blocks(BlockList.of(rule), address)).isEqualTo(isBlocked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "192.0.2",
                "192.0.2.0/33",
                "192.0.2.0/-1",
                "192.0.2.0/",
                "192.0.2.0/x",
                "2001:db8::/129",
                "192.0.2.9-192.0.2.8",
                "192.0.2.9-",
                "-192.0.2.9",
                "192.0.2.9-2001:db8::1",
                "1.1.1.1-1.1.1.2-1.1.1.3"
            })
    void whatIsNoRuleIsNamedWithTheRemedy(String rule) {
        assertThatThrownBy(() -> BlockList.of("192.0.2.1", rule))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no rule of a block list: " + rule + " (")
                .hasMessageContaining("use 192.0.2.7, 192.0.2.0/24, 192.0.2.10-192.0.2.19");
    }

    @Test
    void rulesThatOverlapTouchOrHoldOneAnotherAllCount() {
        BlockList list =
                BlockList.of(
                        "10.0.0.50-10.0.0.60",
                        "10.0.0.0/24",
                        "10.0.0.200-10.0.1.10",
                        "10.0.1.11",
                        "10.0.1.13",
                        "10.0.0.7",
                        "::1");
        for (String blocked : new String[] {"10.0.0.0", "10.0.0.61", "10.0.1.11", "10.0.1.13"}) {
            assertThat(blocks(list, blocked)).as(blocked).isTrue();
        }
        for (String free : new String[] {"9.255.255.255", "10.0.1.12", "10.0.1.14", "::2", "::"}) {
            assertThat(blocks(list, free)).as(free).isFalse();
        }
    }

    /** The bytes of both begin alike: 10, 0, 0. */
    @Test
    void theFamiliesDoNotMix() {
        BlockList list = BlockList.of("10.0.0.0/8", "a00:1::/32");
        assertThat(blocks(list, "10.5.0.0")).isTrue();
        assertThat(blocks(list, "a00:1::5")).isTrue();
        assertThat(blocks(list, "a05::")).isFalse();
    }

    @Test
    void aRuleCanBeTakenBackAndWhatOthersCoverStays() {
        BlockList list = BlockList.of("10.0.0.0/8", "10.1.2.3");
        assertThat(blocks(list, "10.1.2.3")).isTrue();
        assertThat(list.remove("10.0.0.0/8")).isTrue();
        assertThat(list.remove("10.0.0.0/8")).isFalse();
        assertThat(blocks(list, "10.1.2.3")).isTrue();
        assertThat(blocks(list, "10.1.2.4")).isFalse();
        assertThat(list.add("10.1.2.4").add("10.1.2.3").rules())
                .containsExactly("10.1.2.3", "10.1.2.4");
        assertThat(blocks(list, "10.1.2.4")).as("added after a question").isTrue();
        assertThat(list).hasToString("BlockList[10.1.2.3, 10.1.2.4]");
    }

    @Test
    void anEmptyListAndASocketFile() {
        assertThat(new BlockList().isEmpty()).isTrue();
        assertThat(blocks(new BlockList(), "10.0.0.1")).isFalse();
        BlockList all = BlockList.of("0.0.0.0/0", "::/0");
        assertThat(all.isEmpty()).isFalse();
        assertThat(all.contains(UnixAddress.of("/run/x.sock"))).isFalse();
    }

    /** Otherwise one program would block addresses for all others of the process. */
    @Test
    void theListOfTheDefaultsStaysEmpty() {
        for (BlockList shared :
                new BlockList[] {
                    ConnectionLimits.DEFAULTS.blocked(), NetSocketOptions.DEFAULTS.blocked()
                }) {
            assertThatThrownBy(() -> shared.add("192.0.2.1"))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("new BlockList()");
            assertThat(shared.isEmpty()).isTrue();
        }
    }
}
