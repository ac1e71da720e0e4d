package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentTypesTest {

    @ParameterizedTest
    @CsvSource({
        "a.html,text/html; charset=utf-8",
        "a.b.IMG.JPG,image/jpeg",
        "x.tar.gz,application/gzip",
        "module.mjs,text/javascript; charset=utf-8",
        "data.json,application/json",
        "PAGE.HTM,text/html; charset=utf-8",
        "a.html.txt,text/plain; charset=utf-8",
        "html,application/octet-stream",
        "TXT,application/octet-stream",
        ".html,application/octet-stream",
        ".hidden.html,text/html; charset=utf-8",
        "noextension,application/octet-stream",
        "ends.with.,application/octet-stream",
        "odd.xyz,application/octet-stream",
    })
    void byExtension(String name, String type) {
        assertThat(ContentTypes.of(name)).isEqualTo(type);
    }
}
