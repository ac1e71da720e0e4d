package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.RawHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the Javadoc of forms. */
@Timeout(30)
class FormExamplesTest {
    @TempDir private Path folder;

    @Test
    void form() throws IOException {
        HttpHandler handler =
                // @start region="form"
                (request, response) ->
                        Form.read(request)
                                .thenAccept(form -> {
                                    String name = form.first("name").orElse("stranger");
                                    response.end("hello " + name + "\n");
                                });
        // @end
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            String type = "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n";
            client.send(RawHttp.post("name=Ann+Lee").replaceFirst("\r\n\r\n", type));
            assertThat(client.answer().text()).isEqualTo("hello Ann Lee\n");
        }
    }

    @Test
    void upload() throws IOException {
        HttpHandler handler =
                // @start region="upload"
                (request, response) ->
                        Multipart.read(
                                        request,
                                        part -> {
                                            Path file =
                                                    folder.resolve(
                                                            part.fileName().orElse("unnamed"));
                                            return part.saveTo(file);
                                        })
                                .thenAccept(sizes -> response.end("stored " + sizes + "\n"));
        // @end
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            client.send(MultipartTest.form("a.txt", "four", "../b.txt", "seven!!"));
            assertThat(client.answer().text()).isEqualTo("stored [4, 7]\n");
        }
        assertThat(folder.resolve("b.txt")).hasContent("seven!!");
        assertThat(Files.size(folder.resolve("a.txt"))).isEqualTo(4);
    }

    // @start region="part"
    private CompletionStage<String> take(FormPart part) {
        if (part.isFile()) {
            Path file = folder.resolve(part.fileName().orElseThrow());
            return part.saveTo(file).thenApply(bytes -> part.name() + " has " + bytes + " bytes");
        }
        return part.text(10_000).thenApply(text -> part.name() + " is " + text);
    }

    // @end

    @Test
    void part() throws IOException {
        HttpHandler handler =
                (request, response) ->
                        Multipart.read(request, this::take)
                                .thenAccept(taken -> response.end("" + taken));
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            client.send(MultipartTest.form("", "red", "c.png", "abc"));
            assertThat(client.answer().text()).isEqualTo("[part0 is red, part1 has 3 bytes]");
        }
    }
}
