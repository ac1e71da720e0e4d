package dev.millrace.conformance.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.conformance.differential.Verdict.End;
import dev.millrace.conformance.differential.Verdict.Message;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads requests with the decoder of Netty as it comes, but for limits as wide as ours. */
final class NettyRequests {
    private static final String PROBE = "/a-probe-behind-the-input";
    private static final byte[] PROBING =
            ("GET " + PROBE + " HTTP/1.1\r\nHost: p\r\n\r\n").getBytes(ISO_8859_1);

    private List<Message> messages = new ArrayList<>();
    private HttpRequest head;
    private StringBuilder body = new StringBuilder();
    private boolean isLast;

    Verdict read(byte[] input) {
        messages = new ArrayList<>();
        head = null;
        isLast = false;
        HttpDecoderConfig config =
                new HttpDecoderConfig().setMaxInitialLineLength(1 << 16).setMaxHeaderSize(1 << 16);
        EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder(config));
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(input));
            for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
                HttpObject part = (HttpObject) read;
                if (part.decoderResult().isFailure() && !isLast) {
                    ReferenceCountUtil.release(read);
                    return new Verdict(messages, End.REFUSED, reason(part));
                }
                take(part);
                ReferenceCountUtil.release(read);
            }
            boolean isDone = isLast || (head == null && isBetween(channel));
            return new Verdict(messages, isDone ? End.DONE : End.INCOMPLETE, "");
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    /** Whether the next request would be read as one. */
    private static boolean isBetween(EmbeddedChannel channel) {
        channel.writeInbound(Unpooled.wrappedBuffer(PROBING));
        Object read = channel.readInbound();
        ReferenceCountUtil.release(read);
        return read instanceof HttpRequest next
                && next.decoderResult().isSuccess()
                && next.method().name().equals("GET")
                && next.uri().equals(PROBE);
    }

    private static String reason(HttpObject part) {
        Throwable cause = part.decoderResult().cause();
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }

    private void take(HttpObject part) {
        if (isLast && head == null) {
            return;
        }
        if (part instanceof HttpRequest request) {
            head = request;
            body = new StringBuilder();
        }
        if (part instanceof HttpContent content) {
            body.append(content.content().toString(ISO_8859_1));
        }
        if (part instanceof LastHttpContent last) {
            String version = head.protocolVersion().text().replace("HTTP/", "");
            List<String> start = List.of(head.method().name(), head.uri(), version);
            List<String> trailers = fields(last.trailingHeaders());
            messages.add(new Message(start, fields(head.headers()), body.toString(), trailers));
            isLast = !HttpUtil.isKeepAlive(head) || isUpgrade(head);
            head = null;
        }
    }

    private static boolean isUpgrade(HttpMessage head) {
        return head instanceof HttpRequest request && request.method().name().equals("CONNECT")
                || head.headers().contains("Upgrade")
                        && head.headers().containsValue("Connection", "upgrade", true);
    }

    static List<String> fields(HttpHeaders headers) {
        List<String> fields = new ArrayList<>();
        for (Map.Entry<String, String> field : headers) {
            fields.add(field.getKey());
            fields.add(field.getValue());
        }
        return fields;
    }
}
