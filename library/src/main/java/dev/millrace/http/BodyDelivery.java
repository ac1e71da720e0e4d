package dev.millrace.http;

import dev.millrace.loop.Loop;
import dev.millrace.observe.Observation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Delivers parts of request bodies, guarded: what a reader throws is its handler's failure (row
 * X76). One for a server, so that a delivery costs no allocation.
 */
final class BodyDelivery {
    private final Loop loop;

    /** The part that is delivered; its receiver takes it before anything else can be delivered. */
    private byte @Nullable [] array;

    private int offset;
    private int length;

    BodyDelivery(Loop loop) {
        this.loop = loop;
    }

    /** Some of {@code to}'s body, or its end when {@code length} is 0. */
    void deliver(ServerRequest to, byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
        loop.enter(to, BodyDelivery::arrived, ServerRequest::failed, ServerRequest::unheard);
    }

    private static void arrived(ServerRequest to) {
        BodyDelivery delivery = to.connection().server().bodyDelivery();
        byte[] part = Objects.requireNonNull(delivery.array);
        delivery.array = null;
        int offset = delivery.offset;
        int length = delivery.length;
        if (Observation.isOn()) {
            ExchangeTrace.run(to, () -> to.body().arrived(part, offset, length));
        } else {
            to.body().arrived(part, offset, length);
        }
    }
}
