package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteHostTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.1, ::ffff:192.0.2.1, true",
        "2001:db8::1, 2001:db8::ffff:ffff:ffff:ffff, true",
        "2001:db8:0:1::1, 2001:db8:0:2::1, false",
        "2001:db8::1, 2001:db9::1, false",
        // Four bytes and the first four of another family are not the same.
        "32.1.13.184, 2001:db8::, false"
    })
    void twoAddressesAreOneHost(String one, String other, boolean isSame) {
        RemoteHost host = RemoteHost.of(IpAddress.of(one, 1));
        RemoteHost second = RemoteHost.of(IpAddress.of(other, 2));
        assertThat(host.equals(second)).isEqualTo(isSame);
        if (isSame) {
            assertThat(host).hasSameHashCodeAs(second);
        }
    }

    @Test
    void aSocketFileAndAPeerThatHasLeftAreNone() {
        assertThat(RemoteHost.of(UnixAddress.of("/run/x.sock"))).isNull();
        assertThat(RemoteHost.of(null)).isNull();
    }
}
