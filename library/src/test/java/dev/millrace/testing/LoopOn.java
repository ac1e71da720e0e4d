package dev.millrace.testing;

import dev.millrace.loop.Drivers;
import dev.millrace.loop.Loop;

/** Loops on a driver that a test wants, whatever the others run on. */
public final class LoopOn {
    private LoopOn() {}

    /** A loop of the calling thread. */
    public static Loop driver(String name) {
        String before = System.getProperty(Drivers.PROPERTY, "");
        System.setProperty(Drivers.PROPERTY, name);
        try {
            return Loop.create();
        } finally {
            System.setProperty(Drivers.PROPERTY, before);
        }
    }
}
