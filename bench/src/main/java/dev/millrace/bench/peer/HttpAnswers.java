package dev.millrace.bench.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.concurrent.TimeUnit;

/** The answers of one event loop, with a date that is formatted once a second. */
final class HttpAnswers {

    /**
     * No validation: what the peer sends is fixed, and what it receives is the load generator's.
     */
    static final HttpHeadersFactory HEADERS =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private static final byte[] GREETING = "Hello, World!".getBytes(StandardCharsets.US_ASCII);
    private static final AsciiString GREETING_LENGTH =
            AsciiString.cached(Integer.toString(GREETING.length));

    private AsciiString date;

    HttpAnswers(EventLoopGroup loop) {
        tick();
        loop.next().scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    private void tick() {
        date = AsciiString.cached(DateFormatter.format(new Date()));
    }

    FullHttpResponse greeting() {
        return answer(
                Unpooled.wrappedBuffer(GREETING), HttpHeaderValues.TEXT_PLAIN, GREETING_LENGTH);
    }

    FullHttpResponse echo(ByteBuf body) {
        String length = Integer.toString(body.readableBytes());
        return answer(body.retain(), HttpHeaderValues.APPLICATION_OCTET_STREAM, length);
    }

    private FullHttpResponse answer(ByteBuf body, CharSequence type, CharSequence length) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body, HEADERS, HEADERS);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CONTENT_LENGTH, length)
                .set(HttpHeaderNames.DATE, date);
        return response;
    }
}
