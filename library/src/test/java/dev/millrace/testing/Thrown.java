package dev.millrace.testing;

/** Throws what another thread met, as it is. */
final class Thrown {
    private Thrown() {}

    static RuntimeException as(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException(thrown);
        };
    }
}
