/**
 * Node's networking model for the JVM: an event loop, streams with back-pressure, TCP and Unix
 * sockets, and HTTP.
 *
 * <p>Packages, from the bottom up; arrows only point down: {@code sys} (not exported: every
 * downcall), {@link dev.millrace.driver}, {@link dev.millrace.loop}, {@link dev.millrace.stream},
 * {@link dev.millrace.net}, {@link dev.millrace.http}.
 */
module dev.millrace {
    // Only for the events of stalls; nothing of it is loaded where it is absent.
    requires static jdk.jfr;
    requires static org.jspecify;

    exports dev.millrace.driver;
    exports dev.millrace.loop;
    exports dev.millrace.stream;
    exports dev.millrace.net;
    exports dev.millrace.http;
}
