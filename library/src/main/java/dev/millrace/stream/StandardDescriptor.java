package dev.millrace.stream;

import dev.millrace.driver.DescriptorKind;
import dev.millrace.driver.SystemError;
import dev.millrace.driver.Terminal;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import java.io.IOException;
import java.util.Optional;

/**
 * What one of the three descriptors is that a process inherits, and the loop's handle for it if
 * there can be one. Its flags stay as they are: the description is the shell's as well.
 *
 * @param kind what is behind it; OTHER where nobody can tell (a driver without descriptors)
 * @param terminal if it is one
 * @param handle empty if only a thread can read or write it
 */
record StandardDescriptor(
        DescriptorKind kind, Optional<Terminal> terminal, Optional<StreamHandle> handle) {
    /** Owns a handle until its inlet or outlet does, before anything can happen to it. */
    private static final StreamEvents NOBODY =
            new StreamEvents() {
                @Override
                public void onRead(byte[] array, int offset, int length) {}

                @Override
                public void onEnd() {}

                @Override
                public void onError(IOException error) {}

                @Override
                public void onThrown(Throwable thrown) {}
            };

    static StandardDescriptor open(Loop loop, int descriptor) {
        StreamHandle handle = new StreamHandle(loop, NOBODY);
        try {
            handle.open(descriptor);
            return found(descriptor, Optional.of(handle));
        } catch (UnsupportedOperationException unable) {
            handle.close();
            return new StandardDescriptor(DescriptorKind.OTHER, Optional.empty(), Optional.empty());
        } catch (IOException refused) {
            handle.close();
            if (SystemError.codeOf(refused).equals("EEXIST")) {
                throw new IllegalStateException(
                        "this loop has descriptor " + descriptor + " already", refused);
            }
            return found(descriptor, Optional.empty());
        }
    }

    private static StandardDescriptor found(int descriptor, Optional<StreamHandle> handle) {
        try {
            DescriptorKind kind = DescriptorKind.of(descriptor);
            Optional<Terminal> terminal =
                    kind == DescriptorKind.TERMINAL
                            ? Optional.of(Terminal.of(descriptor))
                            : Optional.empty();
            return new StandardDescriptor(kind, terminal, handle);
        } catch (IOException closed) {
            // The first read or write will say so.
            return new StandardDescriptor(DescriptorKind.OTHER, Optional.empty(), handle);
        }
    }
}
