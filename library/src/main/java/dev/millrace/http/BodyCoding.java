package dev.millrace.http;

import org.jspecify.annotations.Nullable;

/**
 * Decides whether the bytes of a response are changed on their way, by a content coding for
 * instance; see {@link ServerResponse#coding}.
 *
 * {@snippet class="dev.millrace.http.BodyCodingTest" region="coding"}
 */
@FunctionalInterface
public interface BodyCoding {
    /**
     * Called once, before the head is decided: status and fields are the handler's, and may be
     * changed. A body whose length changes must not keep its Content-Length.
     *
     * @param length of the whole body, if it is there already; otherwise negative
     * @return what changes the bytes; null to leave them as they are
     */
    @Nullable BodyCoder begin(ServerResponse response, long length, BodyOutlet outlet);
}
