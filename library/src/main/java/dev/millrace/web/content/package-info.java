/** What {@link dev.millrace.web} sends and reads: files, folders as pages, and content codings. */
@NullMarked
package dev.millrace.web.content;

import org.jspecify.annotations.NullMarked;
