package dev.millrace.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RecentTest {
    @Test
    void theOneUsedLongestAgoMakesRoom() {
        Map<String, Integer> two = Recent.map(2);
        assertThat(two.computeIfAbsent("a", name -> 1)).isEqualTo(1);
        assertThat(two.computeIfAbsent("b", name -> 2)).isEqualTo(2);
        assertThat(two.get("a")).isEqualTo(1);
        assertThat(two.put("c", 3)).isNull();
        assertThat(two).containsOnlyKeys("a", "c");
    }
}
