package dev.millrace.tls;

import javax.net.ssl.SSLEngine;

/**
 * Where a connection's engine comes from. For the first connection of some options certificates are
 * read and the JDK is set up, which takes long.
 */
interface EngineSource {
    boolean isClient();

    /** Whether {@link #engine} is quick. */
    boolean isPrepared();

    /** Makes it so; any thread, of several at once as well. */
    void prepare();

    SSLEngine engine();

    /** One that is there already. */
    static EngineSource of(SSLEngine engine) {
        return new EngineSource() {
            @Override
            public boolean isClient() {
                return engine.getUseClientMode();
            }

            @Override
            public boolean isPrepared() {
                return true;
            }

            @Override
            public void prepare() {}

            @Override
            public SSLEngine engine() {
                return engine;
            }
        };
    }
}
