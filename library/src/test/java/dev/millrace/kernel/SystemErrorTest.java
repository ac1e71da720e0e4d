package dev.millrace.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemErrorTest {
    @Test
    @Tag("B7")
    void anErrorCarriesItsPartsAndNodesWording() {
        IpAddress address = IpAddress.loopback(8080);
        IOException error = SystemError.of(98, "listen", address);
        assertThat(error).hasMessage("listen EADDRINUSE: address already in use 127.0.0.1:8080");
        SystemError system = (SystemError) error;
        assertThat(system.code()).isEqualTo("EADDRINUSE");
        assertThat(system.errno()).isEqualTo(98);
        assertThat(system.syscall()).isEqualTo("listen");
        assertThat(system.address()).contains(address);
        assertThat(SystemError.codeOf(error)).isEqualTo("EADDRINUSE");
        assertThat(SystemError.codeOf(new IOException("x"))).isEmpty();
    }

    @ParameterizedTest
    @Tag("B7")
    @CsvSource({
        "111, connect, connect ECONNREFUSED",
        "104, read, read ECONNRESET",
        "32, write, write EPIPE",
        "107, shutdown, shutdown ENOTCONN",
        "98, bind, bind EADDRINUSE",
        "24, socket, socket EMFILE: too many open files",
        "4242, accept, accept E4242: unknown error 4242",
    })
    void aConnectionsErrorsAreShort(int errno, String syscall, String message) {
        assertThat(SystemError.of(errno, syscall)).hasMessage(message);
    }

    @Test
    @Tag("B7")
    void whatTheJdkHasThrownGetsItsCode() {
        IOException full = new IOException("No space left on device");
        IOException error = SystemError.of(full, "write", 5);
        assertThat(error).hasMessage("write ENOSPC").hasCause(full);
        assertThat(SystemError.of(error, "read", 5)).as("known already").isSameAs(error);
        OutOfMemoryError memory = new OutOfMemoryError("heap");
        assertThat(SystemError.of(memory, "read", 5)).hasMessage("read EIO").hasCause(memory);
    }

    @Test
    @Tag("B7")
    void whatIsNoAnswerOfTheResolverIsAFailureOfTheLookUp() {
        assertThat(SystemError.ofName(new IllegalStateException("kaputt"), "a.test"))
                .hasMessage("getaddrinfo EAI_FAIL a.test");
        assertThat(SystemError.ofName(new UnknownHostException("a.test"), "a.test"))
                .as("kept by the JDK, without a text")
                .hasMessage("getaddrinfo ENOTFOUND a.test");
    }

    @Test
    void theJdksFinerTypesAreUsedWhereThereAreSome() {
        assertThat(SystemError.of(98, "listen")).isInstanceOf(BindException.class);
        assertThat(SystemError.of(99, "bind")).isInstanceOf(BindException.class);
        assertThat(SystemError.of(111, "connect")).isInstanceOf(ConnectException.class);
        assertThat(SystemError.of(113, "connect")).isInstanceOf(NoRouteToHostException.class);
        assertThat(SystemError.of(104, "read")).isInstanceOf(SocketException.class);
        assertThat(SystemError.of(2, "connect"))
                .isInstanceOf(IOException.class)
                .isInstanceOf(SystemError.Other.class);
    }

    @ParameterizedTest
    @Tag("B7")
    @CsvSource({
        "Name or service not known, ENOTFOUND, 3008",
        "No address associated with hostname, ENOTFOUND, 3008",
        "Temporary failure in name resolution, EAI_AGAIN, 3001",
        "Try again, EAI_AGAIN, 3001",
        "Non-recoverable failure in name resolution, EAI_FAIL, 3004",
        "Unrecoverable error, EAI_FAIL, 3004",
        "Memory allocation failure, EAI_MEMORY, 3006",
        "Out of memory, EAI_MEMORY, 3006",
        "Too many open files, EMFILE, 24",
    })
    void whatTheResolverSaysGetsItsCode(String text, String code, int errno) {
        IOException error =
                SystemError.ofName(new UnknownHostException("a.test: " + text), "a.test");
        assertThat(error).hasMessage("getaddrinfo " + code + " a.test");
        assertThat(((SystemError) error).errno()).isEqualTo(errno);
        assertThat(SystemError.ofName(error, "b.test")).as("as it is").isSameAs(error);
        assertThat(SystemError.ofName(errno, "a.test")).hasMessage(error.getMessage());
    }

    @Test
    @Tag("H12")
    void severalAttemptsAreOneErrorAndOneAloneIsItself() {
        IOException one = SystemError.of(101, "connect", IpAddress.of("::1", 80));
        IOException two = new IOException("no errno");
        assertThat(SystemError.ofAttempts(List.of(one))).isSameAs(one);
        IOException both = SystemError.ofAttempts(List.of(one, two));
        assertThat(both)
                .isInstanceOf(ConnectException.class)
                .hasMessage("connect ENETUNREACH [::1]:80; no errno")
                .hasSuppressedException(one)
                .hasSuppressedException(two);
        SystemError.Attempts attempts = (SystemError.Attempts) both;
        assertThat(attempts.causes()).containsExactly(one, two);
        assertThat(attempts.code()).isEqualTo("ENETUNREACH");
        assertThat(attempts.syscall()).isEqualTo("connect");
        assertThat(attempts.address()).isEmpty();
    }
}
