package dev.millrace;

import static org.assertj.core.api.Assertions.fail;

import java.util.List;

/** A rule that something in the repository breaks: where, which rule, and what to do about it. */
record Finding(String file, int line, String rule, String remedy) {

    /** Fails with one line for each finding; passes when there is none. */
    static void expectNone(List<Finding> findings) {
        if (!findings.isEmpty()) {
            var text = new StringBuilder(findings.size() + " finding(s):");
            findings.forEach(finding -> text.append("\n  ").append(finding));
            fail(text.toString());
        }
    }

    @Override
    public String toString() {
        return file + ":" + line + ": " + rule + ". Remedy: " + remedy + ".";
    }
}
