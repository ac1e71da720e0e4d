package dev.millrace.cli;

/** The version, which the build wrote into the module's descriptor. */
final class Version {
    private Version() {}

    static String text() {
        var descriptor = Version.class.getModule().getDescriptor();
        return descriptor == null ? "development" : descriptor.rawVersion().orElse("development");
    }
}
