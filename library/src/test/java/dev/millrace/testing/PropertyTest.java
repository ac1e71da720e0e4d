package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PropertyTest {
    @Test
    void aStatementThatHoldsIsTriedOnAllCases() {
        List<Integer> drawn = new ArrayList<>();
        Property.verify(50, 1, choices -> drawn.add(choices.below(1_000_000)));
        assertThat(drawn).hasSize(50);
        assertThat(drawn.stream().distinct().count()).isGreaterThan(45);
    }

    @Test
    void aCaseThatBreaksItIsMadeAsSmallAsItGets() {
        assertThatThrownBy(() -> Property.verify(100, 7, PropertyTest::noThreeAreOver40))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("(?s)-Dmillrace.seed=\\d+ -Dmillrace.cases=1 breaks it.*")
                .hasMessageContaining("three: [41, 41, 41]");
    }

    private static void noThreeAreOver40(Choices choices) {
        int length = choices.below(30);
        List<Integer> large = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            int number = choices.below(1000);
            if (number > 40) {
                large.add(number);
            }
        }
        if (large.size() > 2) {
            throw new IllegalStateException("three: " + large);
        }
    }

    @Test
    void theSameSeedDrawsTheSame() {
        assertThat(Choices.random(5).text("abcdef", 20, 20))
                .isEqualTo(Choices.random(5).text("abcdef", 20, 20));
        assertThat(Choices.given(3, 9).between(1, 3)).isEqualTo(3);
        assertThat(Choices.given().bytes(2, 9)).containsExactly(0, 0);
    }
}
