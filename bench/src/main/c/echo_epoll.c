// The floor of the echo workloads: epoll, one recv, one send, and nothing else.
//
//   echo_epoll PORT|/path
//
// One thread, one shared receive buffer, level-triggered. Only when the peer's window is full does a
// connection get memory of its own: what could not be sent waits there, and nothing more is received until
// it has left.
#define _GNU_SOURCE
#include "address.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS = 256, CHUNK = 64 * 1024, MOST = 65536 };

struct backlog {
    char *bytes;
    size_t length, sent;
};

static struct backlog backlogs[MOST];
static char chunk[CHUNK];
static int poller;

static void watch(int operation, int fd, unsigned events) {
    struct epoll_event e = {.events = events, .data.fd = fd};
    if (epoll_ctl(poller, operation, fd, &e) != 0) die("epoll_ctl");
}

static void drop(int fd) {
    free(backlogs[fd].bytes);
    memset(&backlogs[fd], 0, sizeof backlogs[fd]);
    close(fd);
}

static void accept_all(int listener, int tcp) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= MOST) {
            close(fd);
            continue;
        }
        int on = 1;
        if (tcp) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
}

static void keep(int fd, const char *bytes, size_t length) {
    struct backlog *b = &backlogs[fd];
    b->bytes = malloc(length);
    if (b->bytes == NULL) die("malloc");
    memcpy(b->bytes, bytes, length);
    b->length = length;
    b->sent = 0;
    watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void on_readable(int fd) {
    ssize_t got = recv(fd, chunk, sizeof chunk, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) drop(fd);
        return;
    }
    ssize_t put = send(fd, chunk, (size_t)got, MSG_NOSIGNAL);
    if (put == got) return;
    if (put < 0 && errno != EAGAIN) {
        drop(fd);
        return;
    }
    size_t done = put < 0 ? 0 : (size_t)put;
    keep(fd, chunk + done, (size_t)got - done);
}

static void on_writable(int fd) {
    struct backlog *b = &backlogs[fd];
    ssize_t put = send(fd, b->bytes + b->sent, b->length - b->sent, MSG_NOSIGNAL);
    if (put < 0) {
        if (errno != EAGAIN) drop(fd);
        return;
    }
    b->sent += (size_t)put;
    if (b->sent < b->length) return;
    free(b->bytes);
    memset(b, 0, sizeof *b);
    watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static int listen_at(const char *text) {
    struct address at = parse_address(text);
    int on = 1, fd = socket(at.to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    if (is_path(text)) unlink(text);
    else setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &at.to.any, at.length) != 0) die("bind");
    if (listen(fd, 4096) != 0) die("listen");
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: echo_epoll PORT|/path\n");
        return 2;
    }
    int listener = listen_at(argv[1]), tcp = !is_path(argv[1]);
    poller = epoll_create1(EPOLL_CLOEXEC);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    static struct epoll_event events[EVENTS];
    for (;;) {
        int n = epoll_wait(poller, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) accept_all(listener, tcp);
            else if (backlogs[fd].bytes != NULL) on_writable(fd);
            else on_readable(fd);
        }
    }
}
