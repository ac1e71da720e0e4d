/**
 * Node's networking model for the JVM: an event loop, streams with back-pressure, TCP and Unix
 * sockets, HTTP, and several processes as one.
 *
 * <p>Packages, from the top down; arrows only point down: {@link dev.millrace.web} and {@link
 * dev.millrace.cluster}; {@link dev.millrace.http} and {@link dev.millrace.ipc}; {@link
 * dev.millrace.net} and {@link dev.millrace.udp}; {@link dev.millrace.tls}, {@link
 * dev.millrace.stdio} and {@link dev.millrace.files}; {@link dev.millrace.loop}; {@link
 * dev.millrace.observe}; {@link dev.millrace.kernel} and {@link dev.millrace.stream}. What is below
 * the loop is not exported: the seam to a kernel, its drivers, and every downcall.
 */
module dev.millrace {
    // Only for its events; nothing of it is loaded where it is absent.
    requires static jdk.jfr;
    requires static org.jspecify;

    uses dev.millrace.loop.ListenSource.Provider;

    provides dev.millrace.loop.ListenSource.Provider with
            dev.millrace.cluster.joining.ClusterListening;

    exports dev.millrace.kernel;
    exports dev.millrace.loop;
    exports dev.millrace.observe;
    exports dev.millrace.stream;
    exports dev.millrace.stdio;
    exports dev.millrace.files;
    exports dev.millrace.proxyprotocol;
    exports dev.millrace.tls;
    exports dev.millrace.net;
    exports dev.millrace.udp;
    exports dev.millrace.http;
    exports dev.millrace.ipc;
    exports dev.millrace.systemd;
    exports dev.millrace.cluster;
    exports dev.millrace.web;
}
