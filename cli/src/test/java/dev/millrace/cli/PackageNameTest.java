package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The package of a source file. */
class PackageNameTest {

    @Test
    void itStandsBehindCommentsAlone() {
        assertThat(PackageName.of("package a.b;\nclass C {}")).isEqualTo("a.b");
        assertThat(PackageName.of("// package x;\n/* package y; **/ package a . b ;"))
                .isEqualTo("a.b");
        assertThat(PackageName.of("/* " + "* ".repeat(100_000) + "*/\npackage a;")).isEqualTo("a");
    }

    @Test
    void withoutOneItIsEmpty() {
        assertThat(PackageName.of("")).isEmpty();
        assertThat(PackageName.of("import java.util.List;\nvoid main() {}")).isEmpty();
        assertThat(PackageName.of("packages x;")).isEmpty();
        assertThat(PackageName.of("/* package a;")).isEmpty();
        assertThat(PackageName.of("package")).isEmpty();
        assertThat(PackageName.of("class C { String s = \"package a;\"; }")).isEmpty();
    }
}
