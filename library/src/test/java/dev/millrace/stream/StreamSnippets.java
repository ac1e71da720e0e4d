package dev.millrace.stream;

import java.util.ArrayDeque;
import java.util.Queue;

/** The examples of this package's Javadoc: the build compiles them. */
final class StreamSnippets {
    private StreamSnippets() {}

    static void onData(ReadStream socket, Queue<Integer> sizes) {
        // @start region="onData"
        socket.onData(chunk -> sizes.add(chunk.remaining()));
        socket.onEnd(() -> System.out.println("that was all: " + sizes));
        // @end
    }

    static void pipeTo(ReadStream upload, WriteStream file) {
        // @start region="pipeTo"
        upload.onError(error -> file.destroy());
        upload.pipeTo(file);
        // @end
    }

    static void pipelineTo(ReadStream upload, WriteStream file) {
        // @start region="pipelineTo"
        upload.onError(error -> System.err.println("broken off: " + error.getMessage()));
        upload.pipelineTo(file); // a broken upload destroys the file, a full disk the upload
        // @end
    }

    static void onFrames(ReadStream socket) {
        // @start region="onFrames"
        Queue<String> lines = new ArrayDeque<>();
        socket.onFrames(Framing.lines(8192), lines::add);
        socket.onError(error -> System.err.println("no line: " + error.getMessage()));
        // @end
    }

    static void reset(Resettable upload, boolean isTooLarge) {
        // @start region="reset"
        if (isTooLarge) {
            upload.reset(); // the peer sees ECONNRESET, where destroy() may look like an end
        }
        // @end
    }

    static <S extends ReadStream & WriteStream> void badFrames(S socket) {
        // @start region="badFrames"
        Lines lines = Framing.lines(512);
        socket.onFrames(
                lines,
                line -> socket.write(lines.encode("250 ok")),
                bad -> socket.end("500 line too long\r\n"));
        // @end
    }

    static <S extends ReadStream & WriteStream> void unshift(S socket, WriteStream upstream) {
        // @start region="unshift"
        socket.onData(chunk -> {
            byte version = chunk.get();
            socket.offData(); // what follows is for another protocol
            if (version == 5) {
                socket.unshift(chunk);
                socket.pipelineTo(upstream);
            }
        });
        // @end
    }

    static <S extends ReadStream & WriteStream> void framing(S socket) {
        // @start region="framing"
        Lines lines = Framing.lines(8192);
        socket.onFrames(lines, line -> socket.write(lines.encode("you said " + line)));
        // @end
    }

    // @start region="filter"
    /** Turns every bit over, which is no secret to anyone. */
    static final class Inverting implements Filter {
        private FilterWire wire;

        @Override
        public void attach(FilterWire itsWire) {
            wire = itsWire;
            wire.ready(); // no handshake
        }

        @Override
        public void received(byte[] array, int offset, int length) {
            wire.deliver(inverted(array, offset, length), 0, length);
        }

        @Override
        public void receivedEnd() {
            wire.deliverEnd(); // without a closing message every end is clean
        }

        @Override
        public void written(byte[] array, int offset, int length) {
            wire.send(inverted(array, offset, length), 0, length);
        }

        @Override
        public void writtenEnd() {
            wire.sendEnd();
        }

        private static byte[] inverted(byte[] array, int offset, int length) {
            byte[] result = new byte[length];
            for (int i = 0; i < length; i++) {
                result[i] = (byte) ~array[offset + i];
            }
            return result;
        }
    }

    // @end
}
