package dev.millrace.observe;

/**
 * Something that has a number, unique in the process, by which events name it. What receives a
 * port's events says by it whose callback that is.
 *
 * {@snippet class="dev.millrace.observe.ObserveExamplesTest" region="identified"}
 */
public interface Identified {
    /** The number; {@link Cause#NONE}: it has none. */
    long id();
}
