package dev.millrace.sys;

/** Says, once and in one line, which flag grants native access when it was not granted. */
public final class NativeAccess {
    private NativeAccess() {}

    /** Whether the command line grants native access to this code. */
    public static boolean granted() {
        return NativeAccess.class.getModule().isNativeAccessEnabled();
    }

    /**
     * The flag that grants it, fitting the way this code was loaded: as a named module or from the
     * class path.
     */
    public static String flag() {
        Module module = NativeAccess.class.getModule();
        return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }

    /**
     * Called before the first downcall, and before the class that makes it is loaded: what a class
     * initializer throws would come wrapped.
     *
     * @throws IllegalStateException with the flag to add, when native access was not granted
     */
    public static void require() {
        if (!granted()) {
            throw new IllegalStateException(
                    "millrace calls the kernel through java.lang.foreign, and native access was"
                            + " not granted: add "
                            + flag()
                            + " to the java command line");
        }
    }
}
