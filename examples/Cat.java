import module dev.millrace;

// Copies standard input to standard output without blocking the loop, whatever they are: pipes and
// terminals are read and written as they are ready, files by a thread. Try:
// ./millrace run examples/Cat.java < README.md | head
void main() {
    Loop.run(loop -> {
        var output = StandardOutput.open(loop);
        output.onError(gone -> {}); // the reader has seen enough
        var input = StandardInput.open(loop);
        input.pipeTo(output);
        output.onClose(input::destroy);
    });
}
