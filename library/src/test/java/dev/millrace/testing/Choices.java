package dev.millrace.testing;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Property} draws its case from: numbers below bounds. They are random, and written
 * down; or they are those of an earlier case, cut or halved, and 0 where none is left. So whatever
 * is made from them gets smaller with them, and needs no rule of its own for that.
 */
public final class Choices {
    private final @Nullable RandomGenerator random;
    private int[] numbers;
    private int count;

    private Choices(@Nullable RandomGenerator random, int[] numbers) {
        this.random = random;
        this.numbers = numbers;
    }

    /** Fresh ones. */
    static Choices random(long seed) {
        return new Choices(new SplittableRandom(seed), new int[64]);
    }

    /** Given ones, and then zeros. */
    static Choices given(int... numbers) {
        return new Choices(null, numbers);
    }

    /** What was drawn. */
    int[] drawn() {
        return Arrays.copyOf(numbers, Math.min(count, numbers.length));
    }

    /** From 0 to {@code bound}, without it. */
    public int below(int bound) {
        int number = random == null ? given(bound) : random.nextInt(bound);
        if (random != null) {
            numbers = count < numbers.length ? numbers : Arrays.copyOf(numbers, 2 * count);
            numbers[count] = number;
        }
        count++;
        return number;
    }

    private int given(int bound) {
        return count < numbers.length ? Math.min(numbers[count], bound - 1) : 0;
    }

    /** From {@code least} to {@code most}. */
    public int between(int least, int most) {
        return least + below(most - least + 1);
    }

    /** True once in {@code times}, false in the smallest case. */
    public boolean oneIn(int times) {
        return below(times) == times - 1;
    }

    /** One of them; the first in the smallest case. */
    @SafeVarargs
    public final <T> T of(T... all) {
        return all[below(all.length)];
    }

    /** So many characters out of {@code alphabet}. */
    public String text(String alphabet, int least, int most) {
        int length = between(least, most);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(below(alphabet.length())));
        }
        return text.toString();
    }

    /** So many bytes of any kind. */
    public byte[] bytes(int least, int most) {
        byte[] bytes = new byte[between(least, most)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) below(256);
        }
        return bytes;
    }
}
