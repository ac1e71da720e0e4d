/** The millrace command. */
module dev.millrace.cli {
    requires com.fasterxml.jackson.core;
    requires dev.millrace;
    requires jdk.unsupported;
    requires static org.jspecify;
}
