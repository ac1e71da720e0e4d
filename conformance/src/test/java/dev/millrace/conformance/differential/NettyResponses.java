package dev.millrace.conformance.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.conformance.differential.Verdict.End;
import dev.millrace.conformance.differential.Verdict.Message;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;

/** Reads responses with the decoder of Netty as it comes, but for limits as wide as ours. */
final class NettyResponses {
    private static final HttpDecoderConfig CONFIG =
            new HttpDecoderConfig().setMaxInitialLineLength(1 << 16).setMaxHeaderSize(1 << 16);

    private final List<Message> messages = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private HttpResponse head;
    private boolean isLast;

    /** Says how much of the input it has not decoded. */
    private static final class Decoder extends HttpResponseDecoder {
        Decoder() {
            super(CONFIG);
        }

        int left() {
            return actualReadableBytes();
        }
    }

    static Verdict read(byte[] input) {
        return new NettyResponses().verdict(input);
    }

    private Verdict verdict(byte[] input) {
        Decoder decoder = new Decoder();
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(input));
            int left = decoder.left();
            channel.finish();
            for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
                // Behind 101 come the bytes of another protocol.
                if (!(read instanceof HttpObject part)) {
                    ReferenceCountUtil.release(read);
                    continue;
                }
                if (part.decoderResult().isFailure() && !isLast) {
                    Throwable cause = part.decoderResult().cause();
                    ReferenceCountUtil.release(read);
                    boolean isCut = cause instanceof PrematureChannelClosureException;
                    String reason = cause.getClass().getSimpleName() + ": " + cause.getMessage();
                    return new Verdict(messages, isCut ? End.INCOMPLETE : End.REFUSED, reason);
                }
                take(part);
                ReferenceCountUtil.release(read);
            }
            boolean isDone = isLast || (head == null && left == 0);
            return new Verdict(messages, isDone ? End.DONE : End.INCOMPLETE, "");
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private void take(HttpObject part) {
        if (isLast) {
            return;
        }
        if (part instanceof HttpResponse response) {
            head = response;
            body.setLength(0);
        }
        if (part instanceof HttpContent content) {
            body.append(content.content().toString(ISO_8859_1));
        }
        if (part instanceof LastHttpContent last) {
            int status = head.status().code();
            List<String> start =
                    List.of(
                            "" + status,
                            head.status().reasonPhrase().strip(),
                            head.protocolVersion().text().replace("HTTP/", ""));
            List<String> fields = NettyRequests.fields(head.headers());
            List<String> trailers = NettyRequests.fields(last.trailingHeaders());
            messages.add(new Message(start, fields, body.toString(), trailers));
            isLast = status >= 200 && !HttpUtil.isKeepAlive(head);
            head = null;
        }
    }
}
