package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What holds for every record of options: each of its components can be changed by itself. */
public final class RecordChanges {
    private RecordChanges() {}

    /** {@code changes}: one by each component's name, each to a value that is no default. */
    public static <T extends Record> void expectEachItsOwn(
            T defaults, Map<String, UnaryOperator<T>> changes) {
        assertThat(components(defaults))
                .extracting(RecordComponent::getName)
                .containsExactlyInAnyOrderElementsOf(changes.keySet());
        T all = defaults;
        for (UnaryOperator<T> change : changes.values()) {
            all = change.apply(all);
        }
        for (String name : changes.keySet()) {
            T one = changes.get(name).apply(defaults);
            assertThat(differences(one, defaults)).containsExactly(name);
            T again = changes.get(name).apply(all);
            assertThat(again).as("the others stay changed").isEqualTo(all);
        }
        assertThat(differences(all, defaults))
                .containsExactlyInAnyOrderElementsOf(changes.keySet());
    }

    private static List<RecordComponent> components(Record options) {
        return Arrays.asList(options.getClass().getRecordComponents());
    }

    private static <T extends Record> List<String> differences(T one, T other) {
        List<String> names = new ArrayList<>();
        for (RecordComponent component : components(one)) {
            if (!value(component, one).equals(value(component, other))) {
                names.add(component.getName());
            }
        }
        return names;
    }

    private static Object value(RecordComponent component, Record options) {
        try {
            return component.getAccessor().invoke(options);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
