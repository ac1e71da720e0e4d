package dev.millrace.driver;

/**
 * The file that a Unix socket's path names at some moment.
 *
 * @param key equal for the same file alone, whatever its name
 * @param isSocket whether it is a socket's
 */
public record SocketFile(Object key, boolean isSocket) {}
