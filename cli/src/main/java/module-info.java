/** The millrace command. */
module dev.millrace.cli {
    requires com.fasterxml.jackson.core;
    requires dev.millrace;
    requires info.picocli;
    requires static org.jspecify;

    opens dev.millrace.cli to
            info.picocli;
}
