package dev.millrace.tls;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Maps that hold so many entries at most: the one used longest ago makes room. Any thread. */
final class Recent {
    private Recent() {}

    static <K, V> Map<K, V> map(int max) {
        return Collections.synchronizedMap(
                new LinkedHashMap<>(max, 0.75f, true) {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                        return size() > max;
                    }
                });
    }
}
