package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What a loop's caches are asked for when descriptors run short. */
class LoopShortageTest {
    @Test
    void aCacheGivesUpWhatItHolds() {
        try (Loop loop = Loop.create()) {
            List<String> cache = new ArrayList<>(List.of("open file"));
            // @start region="atShortage"
            BooleanSupplier giveUp =
                    () -> {
                        boolean isAny = !cache.isEmpty();
                        cache.clear(); // and close what was in it
                        return isAny;
                    };
            loop.atShortage(giveUp);
            // @end
            assertThat(loop.giveDescriptorsUp()).isTrue();
            assertThat(loop.giveDescriptorsUp()).as("nothing is left").isFalse();
            cache.add("another");
            assertThat(loop.giveDescriptorsUp()).isTrue();
        }
    }

    /** One that had something is no reason to spare the next. */
    @Test
    void everyCacheIsAskedOnce() {
        List<String> asked = new ArrayList<>();
        try (Loop loop = Loop.create()) {
            assertThat(loop.giveDescriptorsUp()).as("none is there").isFalse();
            BooleanSupplier first = () -> asked.add("first");
            loop.atShortage(first);
            loop.atShortage(() -> !asked.add("second"));
            loop.atShortage(first);
            assertThat(loop.giveDescriptorsUp()).isTrue();
        }
        assertThat(asked).containsExactly("first", "second");
    }

    @Test
    void onlyTheLoopsThreadMayAddOne() {
        try (Loop loop = Loop.create()) {
            CompletableFuture<Void> other =
                    CompletableFuture.runAsync(() -> loop.atShortage(() -> true));
            assertThatThrownBy(other::join).hasCauseInstanceOf(WrongThreadException.class);
        }
    }
}
