import module dev.millrace;

// Asks for a URL until the status is below 500, at most five times, and waits twice as long each time.
void main(String[] args) {
    Loop.run(loop -> {
        var timeouts = HttpClientTimeouts.DEFAULTS.withTotal(Duration.ofSeconds(10));
        var options = HttpClientOptions.DEFAULTS.withRedirects(5).withTimeouts(timeouts);
        ask(HttpClient.create(loop, options), args[0], 1);
    });
}

void ask(HttpClient client, String url, int attempt) {
    client.request("GET", url)
            .onResponse(response -> {
                response.resume();
                if (response.status() < 500) IO.println(response.status() + " at attempt " + attempt);
                else again(client, url, attempt, "status " + response.status());
            })
            .onError(error -> again(client, url, attempt, error.getMessage()))
            .end();
}

void again(HttpClient client, String url, int attempt, String why) {
    IO.println("attempt " + attempt + ": " + why);
    if (attempt == 5) return;
    client.loop().setTimeout(Duration.ofMillis(100L << attempt), () -> ask(client, url, attempt + 1));
}
