import module dev.millrace;

// A Redis server with the commands of a small cache. Try: redis-cli -p 6380 set name value
static final byte[] NONE = bytes("$-1\r\n"), OK = bytes("+OK\r\n"), PONG = bytes("+PONG\r\n");
static final byte[] WRONG = bytes("-ERR unknown command or wrong number of arguments\r\n");
static final Map<String, byte[]> VALUES = new HashMap<>(); // as they are sent

void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 6380;
    Loop.run(loop -> {
        var server = NetServer.create(loop, socket -> socket.onFrames(new Commands(), words -> {
            var answer = answer(words);
            socket.write(answer, 0, answer.length);
        }, bad -> socket.end("-ERR Protocol error: " + bad.getMessage() + "\r\n")));
        server.onListening(() -> IO.println("redis on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");
    });
}

static byte[] answer(List<String> words) {
    int count = words.size();
    return switch (words.getFirst().toUpperCase(Locale.ROOT)) {
        case "PING" -> count == 1 ? PONG : count == 2 ? bytes(bulk(words.get(1))) : WRONG;
        case "ECHO" -> count == 2 ? bytes(bulk(words.get(1))) : WRONG;
        case "GET" -> count == 2 ? VALUES.getOrDefault(words.get(1), NONE) : WRONG;
        case "SET" -> count == 3 ? set(words.get(1), words.get(2)) : WRONG;
        case "DEL" -> count != 2 ? WRONG : VALUES.remove(words.get(1)) == null ? bytes(":0\r\n") : bytes(":1\r\n");
        default -> WRONG;
    };
}

static byte[] set(String name, String value) {
    VALUES.put(name, bytes(bulk(value)));
    return OK;
}

static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
}

static String bulk(String text) {
    return "$" + text.length() + "\r\n" + text + "\r\n";
}

/** The number of words, then each behind its length; every byte is one character. */
record Commands() implements Framing<List<String>> {
    public int measure(byte[] array, int offset, int length, int seen) throws FrameException {
        return walk(array, offset, offset + length, null);
    }

    public List<String> decode(byte[] array, int offset, int length) throws FrameException {
        var words = new ArrayList<String>(3);
        walk(array, offset, offset + length, words);
        return words;
    }

    public byte[] encode(List<String> words) {
        return bytes("*" + words.size() + "\r\n" + words.stream().map(word -> bulk(word)).reduce("", String::concat));
    }

    /** Adds the words to a list, if there is one, and says how many bytes they take. */
    static int walk(byte[] array, int offset, int end, List<String> words) throws FrameException {
        int at = offset, left = 1;
        for (char mark = '*'; left > 0; left--, mark = '$') {
            int number = 0, digit = at + 1;
            for (; digit < end && array[digit] != '\r'; digit++) {
                number = number * 10 + array[digit] - '0';
                if (array[at] != mark || array[digit] < '0' || array[digit] > '9' || number > 1 << 20) {
                    throw new FrameException("expected '" + mark + "' and a number up to 1048576");
                }
            }
            if (digit + 1 >= end) {
                return UNKNOWN;
            }
            at = digit + 2 + (mark == '*' ? 0 : number + 2);
            left += mark == '*' ? number : 0;
            if (mark == '$' && words != null) {
                words.add(new String(array, digit + 2, number, StandardCharsets.ISO_8859_1));
            }
        }
        return at - offset;
    }
}
