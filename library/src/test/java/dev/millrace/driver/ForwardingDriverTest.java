package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardingDriverTest {
    /** A method with a default answer would be missed in silence. */
    @Test
    void everyCallIsForwarded() {
        assertThat(signatures(ForwardingDriver.class.getDeclaredMethods()))
                .containsAll(signatures(Driver.class.getMethods()));
    }

    private static List<String> signatures(Method... methods) {
        return Arrays.stream(methods)
                .map(one -> one.getName() + Arrays.toString(one.getParameterTypes()))
                .toList();
    }
}
