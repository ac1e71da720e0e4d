/**
 * Tests of the finished product from outside: other programs as peers, chaos, soak. Everything but
 * this page is in the test sources, because nothing here is ever shipped.
 */
package dev.millrace.conformance;
