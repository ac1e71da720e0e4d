package dev.millrace.web.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaTypesTest {

    @ParameterizedTest
    @CsvSource({
        "a.html,text/html; charset=utf-8",
        "a.b.IMG.JPG,image/jpeg",
        "x.tar.gz,application/gzip",
        "module.mjs,text/javascript; charset=utf-8",
        "data.json,application/json",
        "PAGE.HTM,text/html; charset=utf-8",
        "a.html.txt,text/plain; charset=utf-8",
        "html,''",
        "TXT,''",
        ".html,''",
        ".hidden.html,text/html; charset=utf-8",
        "noextension,''",
        "ends.with.,''",
        "odd.xyz,''",
    })
    void byExtension(String name, String type) {
        assertThat(MediaTypes.of(name).orElse("")).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "68656c6c6f0a,true",
        "09c3bc0c1b5b6d0d,true",
        // Cut in the midst of a character.
        "61c3,true",
        "61e282,true",
        "'',false",
        "00,false",
        "6100,false",
        "7f,false",
        "c328,false",
        "e9,true",
        "e96162,false",
        "ff,false",
    })
    void byContent(String hexadecimal, boolean isText) {
        byte[] bytes = HexFormat.of().parseHex(hexadecimal);
        assertThat(MediaTypes.sniffed(bytes, bytes.length))
                .isEqualTo(isText ? "text/plain; charset=utf-8" : MediaTypes.UNKNOWN);
    }
}
