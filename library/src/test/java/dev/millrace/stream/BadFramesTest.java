package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Frames that are too long or malformed, with and without a listener for them. */
class BadFramesTest extends HandFedStream {
    @Test
    void aBadFrameIsToldAndTheStreamLives() {
        atEveryCut(
                "one\nmuch too long\ntwo\n",
                () ->
                        stream.onFrames(
                                Framing.lines(5),
                                seen::add,
                                bad -> seen.add("bad: " + bad.getMessage())),
                () -> {
                    stream.side.end();
                    assertThat(seen).hasSize(3).startsWith("one").endsWith("end told");
                    assertThat(seen.get(1)).startsWith("bad: a line of at least ");
                    assertThat(isReading).isTrue();
                });
    }

    @Test
    void aBadFrameAtTheEndIsToldBeforeTheEnd() {
        stream.side.start();
        stream.onFrames(Framing.lines(5), seen::add, bad -> seen.add(bad.getMessage()));
        deliver("tw");
        stream.side.end();
        assertThat(seen)
                .containsExactly("the stream ended inside a frame, after 2 bytes", "end told");
    }

    @Test
    void afterABadFrameAnotherListenerMayGoOn() {
        stream.side.start();
        stream.onFrames(
                Framing.lines(5), seen::add, bad -> stream.onFrames(Framing.lines(99), seen::add));
        deliver("much too long");
        deliver("fine\n");
        assertThat(seen).containsExactly("fine");
    }

    @Test
    void withoutAListenerForItABadFrameDestroysTheStream() {
        stream.side.start();
        stream.onFrames(Framing.lines(5), seen::add);
        deliver("much too long");
        deliver("two\n");
        assertThat(seen).hasSize(1).first().asString().startsWith("failed: a line of at least ");
    }
}
