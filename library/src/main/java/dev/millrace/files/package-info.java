/**
 * Files as streams: {@link dev.millrace.files.FileInput} and {@link dev.millrace.files.FileOutput}.
 * Files that stay what they were found to be: {@link dev.millrace.files.FoundFile}, by {@link
 * dev.millrace.files.PathName}.
 */
@NullMarked
package dev.millrace.files;

import org.jspecify.annotations.NullMarked;
