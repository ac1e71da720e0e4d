/**
 * The driver for Linux: epoll(7) through the Foreign Function and Memory API, made to look like
 * completions.
 */
@NullMarked
package dev.millrace.epoll;

import org.jspecify.annotations.NullMarked;
