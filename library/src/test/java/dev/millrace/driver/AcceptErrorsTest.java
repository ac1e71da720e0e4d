package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.sys.Errno;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which errors of accept(2) befell one connection alone. */
class AcceptErrorsTest {
    /** Those that accept(2) says to treat as EAGAIN, and EPROTO. */
    private static final Set<Integer> PASSED_OVER =
            Set.of(
                    Errno.ECONNABORTED,
                    Errno.EPROTO,
                    Errno.ENETDOWN,
                    Errno.ENETUNREACH,
                    Errno.EHOSTUNREACH,
                    Errno.EHOSTDOWN,
                    Errno.ENONET,
                    Errno.ENOPROTOOPT);

    private static final int ERRNO_MAX = 133;

    @Test
    @Tag("D3")
    void theErrorsOfOneConnectionArePassedOverAndNoOther() {
        assertThat(
                        IntStream.rangeClosed(0, ERRNO_MAX)
                                .filter(AcceptErrors::isOfTheConnection)
                                .boxed()
                                .collect(Collectors.toSet()))
                .isEqualTo(PASSED_OVER);
    }
}
