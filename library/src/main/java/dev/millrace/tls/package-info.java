/**
 * TLS 1.2 and 1.3 as a filter of a stream: options, certificates, trust, and what a handshake has
 * agreed on. The engine is the JDK's own; how it is driven is not seen from outside.
 */
@NullMarked
package dev.millrace.tls;

import org.jspecify.annotations.NullMarked;
