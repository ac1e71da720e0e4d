package dev.millrace.driver;

import java.io.IOException;
import java.io.UncheckedIOException;

class NioDriverTest {
    static Driver open() {
        try {
            return new NioDriver();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
