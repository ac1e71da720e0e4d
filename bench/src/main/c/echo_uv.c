// Echo on libuv in the manner of its user guide: a fresh buffer for every read, a write request of its own
// for every write, both freed when the write has finished.
//
//   echo_uv PORT|/path
//
// libuv suggests 64 KiB a read. glibc gives that memory back to the kernel when it is freed on top of the
// heap and faults it in again at the next read; with MALLOC_TRIM_THRESHOLD_ and MALLOC_TOP_PAD_ set it does
// not. The comparison runs the same program both ways.
#include "address.h"
#include <signal.h>
#include <unistd.h>
#include <uv.h>

union stream {
    uv_stream_t any;
    uv_tcp_t tcp;
    uv_pipe_t local;
};

struct reply {
    uv_write_t request;
    uv_buf_t bytes;
};

static int tcp;

static void check(int status, const char *what) {
    if (status == 0) return;
    fprintf(stderr, "%s: %s\n", what, uv_strerror(status));
    exit(1);
}

static void *claim(size_t size) {
    void *p = malloc(size);
    if (p == NULL) die("malloc");
    return p;
}

static void on_closed(uv_handle_t *handle) { free(handle); }

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    (void)handle;
    *out = uv_buf_init(claim(suggested), (unsigned)suggested);
}

static void on_written(uv_write_t *request, int status) {
    struct reply *reply = (struct reply *)request;
    uv_handle_t *peer = (uv_handle_t *)request->handle;
    free(reply->bytes.base);
    free(reply);
    if (status < 0 && !uv_is_closing(peer)) uv_close(peer, on_closed);
}

static void on_read(uv_stream_t *peer, ssize_t got, const uv_buf_t *bytes) {
    if (got > 0) {
        struct reply *reply = claim(sizeof *reply);
        reply->bytes = uv_buf_init(bytes->base, (unsigned)got);
        uv_write(&reply->request, peer, &reply->bytes, 1, on_written);
        return;
    }
    free(bytes->base);
    if (got < 0 && !uv_is_closing((uv_handle_t *)peer)) uv_close((uv_handle_t *)peer, on_closed);
}

static void on_connection(uv_stream_t *server, int status) {
    check(status, "connection");
    union stream *peer = claim(sizeof *peer);
    if (tcp) check(uv_tcp_init(server->loop, &peer->tcp), "uv_tcp_init");
    else check(uv_pipe_init(server->loop, &peer->local, 0), "uv_pipe_init");
    if (uv_accept(server, &peer->any) != 0) {
        uv_close((uv_handle_t *)peer, on_closed);
        return;
    }
    if (tcp) uv_tcp_nodelay(&peer->tcp, 1);
    uv_read_start(&peer->any, on_alloc, on_read);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: echo_uv PORT|/path\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); // libuv writes to a peer that has left as to any other
    uv_loop_t *loop = uv_default_loop();
    union stream server;
    struct address at = parse_address(argv[1]);
    tcp = !is_path(argv[1]);
    if (tcp) {
        check(uv_tcp_init(loop, &server.tcp), "uv_tcp_init");
        check(uv_tcp_bind(&server.tcp, &at.to.any, 0), "bind");
    } else {
        unlink(argv[1]);
        check(uv_pipe_init(loop, &server.local, 0), "uv_pipe_init");
        check(uv_pipe_bind(&server.local, argv[1]), "bind");
    }
    check(uv_listen(&server.any, 4096, on_connection), "listen");
    return uv_run(loop, UV_RUN_DEFAULT);
}
