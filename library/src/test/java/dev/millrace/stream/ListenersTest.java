package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private final List<String> told = new ArrayList<>();
    private @Nullable Runnable listeners;

    private void and(Runnable listener) {
        listeners = Listeners.and(listeners, listener);
    }

    private void thrower(RuntimeException thrown) {
        and(() -> {
            told.add(thrown.getMessage());
            throw thrown;
        });
    }

    @Test
    void oneIsHeldAsItIs() {
        Runnable only = () -> {};
        assertThat(Listeners.and((Runnable) null, only)).isSameAs(only);
        assertThatThrownBy(() -> Listeners.and((Runnable) null, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("listener");
        assertThatThrownBy(() -> Listeners.once(only, only, "onDrain"))
                .hasMessage("onDrain has a listener already");
    }

    @Test
    void severalAreToldInTheirOrder() {
        for (int i = 0; i < 4; i++) {
            int number = i;
            and(() -> told.add("listener " + number));
        }
        listeners.run();
        assertThat(told).containsExactly("listener 0", "listener 1", "listener 2", "listener 3");
    }

    @Test
    void aTenthOfAMillionNeedNoDeepStack() {
        int[] count = {0};
        for (int i = 0; i < 100_000; i++) {
            and(() -> count[0]++);
        }
        listeners.run();
        assertThat(count[0]).isEqualTo(100_000);
    }

    @Test
    void oneThatThrowsKeepsNoOtherFromBeingTold() {
        RuntimeException first = new IllegalStateException("first");
        thrower(first);
        and(() -> told.add("second"));
        RuntimeException third = new IllegalArgumentException("third");
        thrower(third);
        thrower(first);
        assertThatThrownBy(() -> listeners.run()).isSameAs(first);
        assertThat(told).containsExactly("first", "second", "third", "first");
        assertThat(first.getSuppressed()).containsExactly(third);
    }

    @Test
    void anErrorStaysAnError() {
        and(() -> {
            throw new AssertionError("deep");
        });
        and(() -> told.add("second"));
        assertThatThrownBy(() -> listeners.run()).isInstanceOf(AssertionError.class);
        assertThat(told).containsExactly("second");
    }

    @Test
    void oneThatComesMeanwhileWaitsForTheNextTelling() {
        and(() -> and(() -> told.add("late")));
        and(() -> told.add("second"));
        listeners.run();
        assertThat(told).containsExactly("second");
        listeners.run();
        assertThat(told).containsExactly("second", "second", "late");
    }

    @Test
    void thoseOfAnEventGetTheEvent() {
        Consumer<? super String> both = Listeners.and(null, told::add);
        both = Listeners.and(both, event -> told.add(event + "!"));
        both = Listeners.and(both, event -> told.add(event + "?"));
        both.accept("x");
        assertThat(told).containsExactly("x", "x!", "x?");
    }
}
