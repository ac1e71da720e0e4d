package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The tests that end in {@code PropertiesTest} hold one property in each of their methods. */
class PropertyCountTest {
    @Test
    void thereAreEnoughProperties() {
        long count =
                SourceFile.all().stream()
                        .filter(file -> file.path().endsWith("PropertiesTest.java"))
                        .flatMap(file -> file.lines().stream())
                        .filter(line -> line.strip().equals("@Test"))
                        .count();
        assertThat(count).isGreaterThanOrEqualTo(75);
    }
}
