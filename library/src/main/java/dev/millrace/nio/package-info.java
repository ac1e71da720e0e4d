/** The driver for every machine: {@code java.nio} channels and a selector. */
@NullMarked
package dev.millrace.nio;

import org.jspecify.annotations.NullMarked;
