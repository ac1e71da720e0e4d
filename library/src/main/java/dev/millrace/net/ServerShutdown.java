package dev.millrace.net;

import java.time.Duration;
import java.util.List;

/**
 * How a server has ended, after {@link NetServer#shutdown}.
 *
 * @param finished connections that were open then and have ended by themselves
 * @param moved those that a {@link Successor} has taken
 * @param cut those that were cut off at the limit; they say what they are, and how much they have
 *     carried
 * @param took how long it took in all
 */
public record ServerShutdown(int finished, int moved, List<NetSocket> cut, Duration took) {
    public ServerShutdown {
        cut = List.copyOf(cut);
    }
}
