package dev.millrace.driver;

/** Where a socket listens or whom it talks to; {@code toString} is what error messages show. */
public sealed interface Address permits IpAddress, UnixAddress {}
