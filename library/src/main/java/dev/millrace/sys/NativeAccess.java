package dev.millrace.sys;

/** Whether this code may call the C library, and by which flag it may. */
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
}
