/**
 * What a user sees of the kernel: addresses, errors, kinds of descriptors, socket options. Depends
 * on nothing above it.
 */
@NullMarked
package dev.millrace.kernel;

import org.jspecify.annotations.NullMarked;
