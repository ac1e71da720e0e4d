package dev.millrace.bench.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.security.SecureRandom;

/**
 * Netty's TLS for {@code bench/tls}, on one epoll loop: {@code jdk|boringssl CERTIFICATE KEY HTTPS
 * ECHO PLAIN BULK_BYTES}.
 */
public final class NettyTls {
    private static final int BACKLOG = 4096;
    private static final byte[] PIECE = new byte[64 << 10];

    private NettyTls() {}

    /** Adds what a connection of one of the servers has. */
    private interface Handlers {
        void add(Channel channel);
    }

    /** See above. */
    public static void main(String[] arguments) throws Exception {
        boolean isNative = arguments[0].equals("boringssl");
        SslContext tls =
                SslContextBuilder.forServer(new File(arguments[1]), new File(arguments[2]))
                        .sslProvider(isNative ? SslProvider.OPENSSL : SslProvider.JDK)
                        .protocols("TLSv1.3", "TLSv1.2")
                        .build();
        if (tls.sessionContext() instanceof OpenSslSessionContext sessions) {
            // Without keys it gives no tickets.
            sessions.setTicketKeys(
                    new OpenSslSessionTicketKey(
                            random(OpenSslSessionTicketKey.NAME_SIZE),
                            random(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                            random(OpenSslSessionTicketKey.AES_KEY_SIZE)));
        }
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        HttpAnswers answers = new HttpAnswers(loop);
        long bytes = Long.parseLong(arguments[6]);
        bind(loop, arguments[3], channel -> addHttp(channel, tls, answers, bytes));
        bind(
                loop,
                arguments[4],
                channel ->
                        channel.pipeline()
                                .addLast(tls.newHandler(channel.alloc()), new EchoHandler()));
        bind(loop, arguments[5], channel -> addHttp(channel, null, answers, bytes));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static void addHttp(Channel channel, SslContext tls, HttpAnswers answers, long bytes) {
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        HttpDecoderConfig unvalidated =
                new HttpDecoderConfig()
                        .setHeadersFactory(HttpAnswers.HEADERS)
                        .setTrailersFactory(HttpAnswers.HEADERS);
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(unvalidated),
                        new BulkHandler(bytes),
                        new HttpHandler(answers));
    }

    private static void bind(EventLoopGroup loop, String port, Handlers handlers)
            throws InterruptedException {
        ChannelHandler initializer =
                new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        handlers.add(channel);
                    }
                };
        new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(initializer)
                .bind("127.0.0.1", Integer.parseInt(port))
                .sync();
    }

    /** Sends many bytes for {@code /bulk}, as the peer takes them, and passes the rest on. */
    private static final class BulkHandler extends ChannelInboundHandlerAdapter {
        private final long bytes;
        private long left;

        BulkHandler(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request && request.uri().equals("/bulk")) {
                left = bytes;
                DefaultHttpResponse head =
                        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
                head.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes);
                context.write(head);
                send(context);
            } else {
                context.fireChannelRead(message);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            send(context);
        }

        private void send(ChannelHandlerContext context) {
            while (left > 0 && context.channel().isWritable()) {
                left -= PIECE.length;
                context.write(new DefaultHttpContent(Unpooled.wrappedBuffer(PIECE)));
                context.flush();
                if (left == 0) {
                    context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
                }
            }
        }
    }
}
