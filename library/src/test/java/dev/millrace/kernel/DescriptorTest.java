package dev.millrace.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A descriptor that belongs to its holder. */
@Tag("epoll")
class DescriptorTest {
    private final Libc libc = new Libc();
    private final int number = libc.open("/dev/zero", Linux.O_RDONLY | Linux.O_CLOEXEC);

    @AfterEach
    void close() {
        libc.close();
        assertThat(Kernel.descriptors("/dev/zero")).isEmpty();
    }

    @Test
    void itIsClosedOnce() {
        // @start region="descriptor"
        Descriptor descriptor = Descriptor.of(number);
        try (descriptor) {
            System.out.println(descriptor.kind() + " " + descriptor.number());
        }
        // @end region="descriptor"
        assertThat(descriptor.isOpen()).isFalse();
        int again = libc.open("/dev/zero", Linux.O_RDONLY | Linux.O_CLOEXEC);
        assertThat(again).as("the number is free").isEqualTo(number);
        descriptor.close();
        assertThat(libc.close(again)).as("and not closed by its old holder").isZero();
        assertThat(descriptor).hasToString("Descriptor[closed]");
        assertThatThrownBy(descriptor::number).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(descriptor::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsReleasedIsAnothers() {
        Descriptor descriptor = Descriptor.of(number);
        assertThat(descriptor).hasToString("Descriptor[" + number + "]");
        assertThat(descriptor.release()).isEqualTo(number);
        descriptor.close();
        assertThat(libc.close(number)).isZero();
    }

    @Test
    void aDuplicateIsClosedOnExec() throws IOException {
        Descriptor first = Descriptor.of(number);
        Descriptor second = first.duplicate();
        assertThat(second.kind()).isEqualTo(DescriptorKind.FILE);
        assertThat(libc.fcntl(second.number(), Linux.F_GETFD, 0) & Linux.FD_CLOEXEC).isNotZero();
        first.close();
        assertThat(second.isOpen()).isTrue();
        second.close();
    }

    @Test
    void whatIsNoneIsRefused() {
        assertThatThrownBy(() -> Descriptor.of(-1)).isInstanceOf(IllegalArgumentException.class);
        Descriptor closedElsewhere = Descriptor.of(number);
        libc.close(number);
        assertThatThrownBy(closedElsewhere::kind).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(closedElsewhere::duplicate)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("EBADF");
        closedElsewhere.release();
    }
}
