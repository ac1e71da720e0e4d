package dev.millrace.cli;

/** The command's entry point. */
public final class Main {
    private Main() {}

    /** Runs the command line. */
    public static void main(String[] args) {
        System.out.println("millrace 0.1.0");
    }
}
