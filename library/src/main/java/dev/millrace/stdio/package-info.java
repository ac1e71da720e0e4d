/** Standard input, output and error as streams, and the terminal behind them. */
@NullMarked
package dev.millrace.stdio;

import org.jspecify.annotations.NullMarked;
