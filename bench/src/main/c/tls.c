/*
 * Loads a server of TLS on 127.0.0.1, for bench/tls. One thread; OpenSSL; certificates are not looked at.
 *
 *   tls echo PORT CONNECTIONS BYTES SECONDS      sends BYTES and waits for them, again and again
 *   tls keep PORT CONNECTIONS SECONDS            a small request and its response, again and again
 *   tls hand PORT CONNECTIONS SECONDS RATE       a full handshake and a small request a connection; RATE a second, or 0
 *   tls resume PORT CONNECTIONS SECONDS          the same, going on with the first one's session
 *   tls bulk PORT BYTES                          one request for /bulk, whose body has BYTES
 *   tls idle PORT CONNECTIONS                    a request on each, then holds them until standard input ends
 *   tls paced PORT SECONDS RATE                  requests without TLS at a steady pace; the p50 and p99 of their times
 *
 * echo and keep shake hands first: they print "ready" when every connection has done an operation, wait for a line, count from there, and hold
 * their connections, once they have printed, until standard input ends.
 *
 * Prints the operations that came to their end, and how many connections were resumed; paced: the operations, and both times in microseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ECHO, KEEP, HAND, RESUME, IDLE };
enum { PIECE = 256 << 10 };

struct connection {
    SSL *ssl;
    int fd, is_open, has_done;
    size_t sent, got;
};

static SSL_CTX *context;
static SSL_SESSION *session;
static struct sockaddr_in server;
static int mode, poller, size;
static long done, begun, rate, reused;
static char *message, piece[PIECE];
static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

static void fail(const char *what) {
    fprintf(stderr, "tls: %s: %s\n", what, strerror(errno));
    ERR_print_errors_fp(stderr);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int keep(SSL *ssl, SSL_SESSION *made) {
    (void)ssl;
    if (mode != RESUME || session) return 0;
    session = made;
    return 1;
}

static int dial(int flags) {
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | flags, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) fail("connect");
    return fd;
}

static SSL *secure(int fd) {
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, "localhost");
    if (mode == RESUME && session) {
        /* A copy, since OpenSSL takes a session for used up once its connection has got another ticket. */
        SSL_SESSION *copy = SSL_SESSION_dup(session);
        SSL_set_session(ssl, copy);
        SSL_SESSION_free(copy);
    }
    SSL_set_connect_state(ssl);
    return ssl;
}

static void begin(struct connection *one) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = one};
    begun++;
    one->fd = dial(SOCK_NONBLOCK);
    one->ssl = secure(one->fd);
    one->sent = one->got = 0;
    one->is_open = 1;
    if (epoll_ctl(poller, EPOLL_CTL_ADD, one->fd, &event)) fail("epoll_ctl");
}

static void finish(struct connection *one) {
    reused += SSL_session_reused(one->ssl);
    SSL_shutdown(one->ssl);
    SSL_free(one->ssl);
    /* A reset, so that no port stays in TIME_WAIT. */
    struct linger linger = {1, 0};
    setsockopt(one->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(one->fd);
    one->is_open = 0;
}

/* Goes on until it would block; true once an operation is done that ends the connection. */
static int advance(struct connection *one) {
    const char *text = mode == ECHO ? message : request;
    size_t whole = mode == ECHO ? (size_t)size : sizeof request - 1;
    for (;;) {
        int count;
        if (one->sent < whole) {
            count = SSL_write(one->ssl, text + one->sent, (int)(whole - one->sent));
            if (count > 0) one->sent += count;
        } else {
            count = SSL_read(one->ssl, piece, PIECE);
            if (count > 0 && mode == ECHO) {
                if (memcmp(piece, message + one->got, count)) fail("other bytes came back");
                one->got += count;
                if (one->got == whole) {
                    done++;
                    one->has_done = 1;
                    one->sent = one->got = 0;
                }
            } else if (count > 0) {
                if (memcmp(piece, "HTTP/1.1 200", 12)) fail("no 200");
                done++;
                one->has_done = 1;
                if (mode != KEEP) return 1;
                one->sent = 0;
            }
        }
        if (count <= 0) {
            int why = SSL_get_error(one->ssl, count);
            if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) fail("a connection ended");
            return 0;
        }
    }
}

static int may_begin(double start) {
    return rate == 0 || begun < (now() - start) * rate;
}

/* Every connection has shaken hands, and more: what it costs from here on is operations alone. */
static int is_ready(struct connection *all, int connections) {
    for (int at = 0; at < connections; at++)
        if (!all[at].has_done) return 0;
    printf("ready\n");
    fflush(stdout);
    if (getchar() == EOF) fail("no line");
    done = 0;
    return 1;
}

/* A connection that is done is followed by the next, except for idle ones. */
static void load(int connections, double seconds) {
    struct connection *all = calloc(connections, sizeof *all);
    struct epoll_event events[64];
    double start = now(), end = start + seconds;
    int is_kept = mode == ECHO || mode == KEEP, has_begun = !is_kept;
    poller = epoll_create1(0);
    int first = mode == RESUME ? 1 : connections;
    for (int at = 0; at < first && rate == 0; at++) begin(&all[at]);
    while (mode == IDLE ? done < connections : !has_begun || now() < end) {
        if (!has_begun && is_ready(all, connections)) {
            has_begun = 1;
            end = now() + seconds;
        }
        for (int at = 0; at < connections && rate > 0; at++)
            if (!all[at].is_open && may_begin(start)) begin(&all[at]);
        int count = epoll_wait(poller, events, 64, rate > 0 ? 1 : 100);
        for (int at = 0; at < count; at++) {
            struct connection *one = events[at].data.ptr;
            if (!one->is_open || !advance(one) || mode == IDLE || is_kept) continue;
            finish(one);
            if (rate == 0) begin(one);
            if (mode == RESUME && first == 1) {
                if (!session) fail("no session");
                for (; first < connections; first++) begin(&all[first]);
            }
        }
    }
}

static void bulk(long bytes) {
    static const char ask[] = "GET /bulk HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    int fd = dial(0), count;
    SSL *ssl = secure(fd);
    long got = 0;
    if (SSL_write(ssl, ask, sizeof ask - 1) <= 0) fail("write");
    while (got < bytes && (count = SSL_read(ssl, piece, PIECE)) > 0) got += count;
    if (got < bytes) fail("too few bytes");
    done = 1;
}

static int compare(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

static void paced(double seconds, double each) {
    long most = seconds * each + 1;
    double *times = calloc(most, sizeof *times), start = now();
    int fd = dial(0);
    for (; done < most; done++) {
        double due = start + done / each;
        if (due > start + seconds) break;
        while (now() < due) {
            struct timespec rest = {0, (due - now()) * 1e9};
            if (rest.tv_nsec > 0) nanosleep(&rest, NULL);
        }
        if (write(fd, request, sizeof request - 1) < 0 || read(fd, piece, PIECE) <= 0) fail("plain");
        /* From when it was due, so that one that waits for another counts as late. */
        times[done] = now() - due;
    }
    qsort(times, done, sizeof *times, compare);
    printf("%ld %.0f %.0f\n", done, times[done / 2] * 1e6, times[done * 99 / 100] * 1e6);
}

int main(int count, char **words) {
    if (count < 4) fail("use: tls MODE PORT ...");
    server.sin_family = AF_INET;
    server.sin_port = htons(atoi(words[2]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set1_groups_list(context, "X25519");
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    const char *what = words[1];
    if (!strcmp(what, "echo")) {
        size = atoi(words[4]);
        message = malloc(size);
        for (int at = 0; at < size; at++) message[at] = (char)(at * 7);
        mode = ECHO;
        load(atoi(words[3]), atof(words[5]));
    } else if (!strcmp(what, "keep")) {
        mode = KEEP;
        load(atoi(words[3]), atof(words[4]));
    } else if (!strcmp(what, "hand") || !strcmp(what, "resume")) {
        mode = what[0] == 'h' ? HAND : RESUME;
        rate = count > 5 ? atol(words[5]) : 0;
        load(atoi(words[3]), atof(words[4]));
    } else if (!strcmp(what, "bulk")) {
        mode = HAND;
        bulk(atol(words[3]));
    } else if (!strcmp(what, "idle")) {
        mode = IDLE;
        load(atoi(words[3]), 0);
        printf("%ld\n", done);
        fflush(stdout);
        while (read(0, piece, PIECE) > 0) {}
        return 0;
    } else {
        paced(atof(words[3]), atof(words[4]));
        return 0;
    }
    printf("%ld %ld\n", done, reused);
    fflush(stdout);
    if (mode == ECHO || mode == KEEP)
        while (getchar() != EOF) {}
    return 0;
}
