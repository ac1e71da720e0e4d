package dev.millrace.systemd;

import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.Loop;
import dev.millrace.testing.NoticeReceiver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** What systemd is to a service: it takes notices, keeps descriptors, and passes them on. */
public final class FakeSystemd implements AutoCloseable {
    private final NoticeReceiver receiver;
    private final PassedSockets passed = new PassedSockets();

    public FakeSystemd(Path folder) throws IOException {
        receiver = NoticeReceiver.at(folder.resolve("notify"));
    }

    public NoticeReceiver notices() {
        return receiver;
    }

    /** As the service has it that runs {@code loop}. */
    public ServiceNotifier notifier(Loop loop) {
        return ServiceNotifier.of(loop, Map.of("NOTIFY_SOCKET", "" + receiver.address()), 1);
    }

    /** What a service gets that is started with this descriptor. */
    public InheritedSockets passing(String name, Descriptor descriptor) {
        passed.add(descriptor);
        return passed.named(name);
    }

    @Override
    public void close() {
        receiver.close();
        passed.close();
    }
}
