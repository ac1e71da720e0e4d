// Opens connections, makes one round trip on each and keeps them open: the client of the idle workloads.
//
//   hold CONNECTIONS REQUEST LENGTH PORT|/path
//
// REQUEST is a file with what to send, LENGTH the number of bytes that come back. Prints "ready" once all
// are open, waits for a line or the end of its input (two minutes at most), then prints how many are still
// open.
#define _GNU_SOURCE
#include "address.h"
#include <errno.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

enum { LARGEST = 64 * 1024, PATIENCE_MS = 120000 };

static char request[LARGEST], answer[LARGEST];

static int open_one(const struct address *at, size_t length, size_t expected) {
    int fd = socket(at->to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    struct timeval patience = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, &at->to.any, at->length) != 0) die("connect");
    if (send(fd, request, length, MSG_NOSIGNAL) != (ssize_t)length) die("send");
    for (size_t got = 0; got < expected;) {
        ssize_t n = recv(fd, answer, expected - got, 0);
        if (n <= 0) die("recv");
        got += (size_t)n;
    }
    return fd;
}

static int is_open(int fd) {
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: hold CONNECTIONS REQUEST LENGTH PORT|/path\n");
        return 2;
    }
    int count = atoi(argv[1]), open = 0;
    FILE *f = fopen(argv[2], "rb");
    if (f == NULL) die(argv[2]);
    size_t length = fread(request, 1, sizeof request, f), expected = (size_t)atol(argv[3]);
    fclose(f);
    if (count < 1 || expected < 1 || expected > LARGEST) return 2;
    struct address at = parse_address(argv[4]);
    int *fds = calloc((size_t)count, sizeof *fds);
    for (int i = 0; i < count; i++) fds[i] = open_one(&at, length, expected);
    puts("ready");
    fflush(stdout);
    struct pollfd in = {.fd = 0, .events = POLLIN};
    poll(&in, 1, PATIENCE_MS);
    for (int i = 0; i < count; i++) open += is_open(fds[i]);
    printf("%d\n", open);
    return 0;
}
