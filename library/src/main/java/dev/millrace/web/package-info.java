/**
 * What handlers need every day, on top of {@link dev.millrace.http}, with nothing that a user of it
 * could not write as well.
 */
@NullMarked
package dev.millrace.web;

import org.jspecify.annotations.NullMarked;
