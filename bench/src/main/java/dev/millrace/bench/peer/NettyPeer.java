package dev.millrace.bench.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Netty as a peer, on one event loop: {@code NettyPeer nio|epoll|io_uring echo|http|post
 * PORT|/path}.
 *
 * <p>Set up for speed the way its users do it: answers are flushed once per batch of reads, headers
 * are not validated, promises that have no listener are shared, and leak detection is off.
 */
public final class NettyPeer {

    private static final int BACKLOG = 4096;
    private static final int BODY_BYTES_MAX = 1 << 20;

    private final String mode;
    private final HttpAnswers answers;

    private NettyPeer(String mode, EventLoopGroup loop) {
        this.mode = mode;
        this.answers = mode.equals("echo") ? null : new HttpAnswers(loop);
    }

    public static void main(String[] arguments) throws InterruptedException {
        String transport = arguments[0];
        String at = arguments[2];
        boolean unix = at.startsWith("/");
        IoHandlerFactory io =
                switch (transport) {
                    case "epoll" -> EpollIoHandler.newFactory();
                    case "io_uring" -> IoUringIoHandler.newFactory();
                    default -> NioIoHandler.newFactory();
                };
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, io);
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loop)
                        .channel(serverChannel(transport, unix))
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .childHandler(new NettyPeer(arguments[1], loop).initializer());
        if (!unix) {
            bootstrap
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.TCP_NODELAY, true);
        }
        bootstrap.bind(address(at)).sync().channel().closeFuture().sync();
    }

    private static Class<? extends ServerChannel> serverChannel(String transport, boolean unix) {
        return switch (transport) {
            case "epoll" ->
                    unix ? EpollServerDomainSocketChannel.class : EpollServerSocketChannel.class;
            case "io_uring" ->
                    unix
                            ? IoUringServerDomainSocketChannel.class
                            : IoUringServerSocketChannel.class;
            default -> NioServerSocketChannel.class;
        };
    }

    private static SocketAddress address(String at) {
        return at.startsWith("/")
                ? new DomainSocketAddress(at)
                : new InetSocketAddress("127.0.0.1", Integer.parseInt(at));
    }

    private ChannelInitializer<Channel> initializer() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                addHandlers(channel);
            }
        };
    }

    private void addHandlers(Channel channel) {
        if (answers == null) {
            channel.pipeline().addLast(new EchoHandler());
            return;
        }
        HttpDecoderConfig unvalidated =
                new HttpDecoderConfig()
                        .setHeadersFactory(HttpAnswers.HEADERS)
                        .setTrailersFactory(HttpAnswers.HEADERS);
        channel.pipeline().addLast(new HttpServerCodec(unvalidated));
        if (mode.equals("post")) {
            channel.pipeline().addLast(new HttpObjectAggregator(BODY_BYTES_MAX));
        }
        channel.pipeline().addLast(new HttpHandler(answers));
    }
}
