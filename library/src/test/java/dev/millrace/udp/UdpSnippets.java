package dev.millrace.udp;

import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.Loop;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/** The examples of this package's Javadoc: the build compiles them. */
final class UdpSnippets {
    private UdpSnippets() {}

    static void echo() {
        // @start region="echo"
        Loop.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop);
            socket.onMessage((datagram, sender) -> socket.send(datagram, sender));
            socket.bind(9999);
        });
        // @end
    }

    static void ask(Loop loop) {
        // @start region="ask"
        UdpSocket socket = UdpSocket.create(loop);
        socket.onMessage((datagram, sender) -> {
            System.out.println(StandardCharsets.UTF_8.decode(datagram) + " says " + sender);
            socket.close();
        });
        socket.send("what time is it?", 9999, "localhost");
        // @end
    }

    static void group(Loop loop) throws UnknownHostException {
        // @start region="group"
        InetAddress group = InetAddress.getByName("239.1.2.3");
        UdpSocket.create(loop, UdpOptions.DEFAULTS.withReuseAddress(true))
                .bind(9999)
                .joinGroup(group, null)
                .onMessage((datagram, sender) -> System.out.println("news from " + sender));
        // @end
    }
}
