/** Servers that the comparison starts as processes of their own. */
package dev.millrace.bench.peer;
