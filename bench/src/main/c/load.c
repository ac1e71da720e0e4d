// Closed-loop load on one thread: every connection keeps a fixed number of messages in flight and sends the
// next one as soon as an answer is complete. Every byte that comes back is checked.
//
//   load [-c CONNECTIONS] [-d DEPTH] [-t SECONDS] -s SIZE PORT|/path                             echo
//   load [-c CONNECTIONS] [-d DEPTH] [-t SECONDS] -r REQUEST -b BODY -a LENGTH PORT|/path        http
//
// REQUEST and BODY are files: what to send, and what the last bytes of each answer must be. LENGTH is the
// length of one whole answer, which must not change. Prints one line of JSON; ends with status 1 on a wrong
// or missing byte.
#define _GNU_SOURCE
#include "address.h"
#include "histogram.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, SPAN = 256 * 1024, PRIME = 65521, MOST_DEPTH = 256 };

struct connection {
    int fd, waiting;               // waiting: the kernel refused bytes, EPOLLOUT is armed
    uint64_t start;                // where in the pattern it begins: mixed-up connections are noticed
    uint64_t sent, due, received;  // bytes of the stream: sent, wanted, seen
    uint64_t sent_at_ns[MOST_DEPTH];
    unsigned oldest;
};

static struct {
    int connections, depth, echo;
    double seconds;
    uint64_t message, answer;  // lengths in bytes
    char *pattern;             // what is sent: `period` bytes, repeated: SPAN bytes follow any position
    uint64_t period;
    char *body;
    uint64_t body_length;
} work = {.connections = 64, .depth = 1, .seconds = 1};

static const char STATUS[] = "HTTP/1.1 200";
static struct histogram latencies;
static char incoming[SPAN];
static int poller;
static uint64_t operations;

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fail(const char *why) {
    fprintf(stderr, "load: %s\n", why);
    exit(1);
}

static char *read_file(const char *path, uint64_t *length) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) die(path);
    char *bytes = malloc(SPAN);
    *length = fread(bytes, 1, SPAN, f);
    if (*length == 0 || *length == SPAN) fail("request and body files must have 1 to 262143 bytes");
    fclose(f);
    return bytes;
}

static void make_pattern(const char *once) {
    work.pattern = malloc(work.period + SPAN);
    uint64_t seed = 88172645463325252u;
    for (uint64_t i = 0; i < work.period; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        work.pattern[i] = once != NULL ? once[i] : (char)(seed >> 24);
    }
    uint64_t whole = work.period + SPAN;
    for (uint64_t i = work.period; i < whole; i++) work.pattern[i] = work.pattern[i - work.period];
}

static void arm(struct connection *c, int operation, unsigned events) {
    struct epoll_event e = {.events = events, .data.ptr = c};
    if (epoll_ctl(poller, operation, c->fd, &e) != 0) die("epoll_ctl");
}

static void flush(struct connection *c) {
    while (c->sent < c->due) {
        uint64_t want = c->due - c->sent;
        if (want > SPAN) want = SPAN;
        ssize_t n = send(c->fd, work.pattern + (c->start + c->sent) % work.period, want, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno != EAGAIN) die("send");
            if (!c->waiting) arm(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            c->waiting = 1;
            return;
        }
        c->sent += (uint64_t)n;
    }
    if (c->waiting) arm(c, EPOLL_CTL_MOD, EPOLLIN);
    c->waiting = 0;
}

// Compares what arrived at position `at` of an answer with the part that must read `text`, from `from` on.
static void expect(const char *got, uint64_t length, uint64_t at, uint64_t from, const char *text,
                   uint64_t size) {
    uint64_t low = at > from ? at : from;
    uint64_t high = at + length < from + size ? at + length : from + size;
    if (low >= high) return;
    if (memcmp(got + (low - at), text + (low - from), high - low) != 0) fail("wrong bytes in an answer");
}

static void check(const struct connection *c, const char *got, uint64_t length) {
    if (work.echo) {
        if (c->received + length > c->sent) fail("more bytes came back than were sent");
        const char *wanted = work.pattern + (c->start + c->received) % work.period;
        if (memcmp(got, wanted, length) != 0) fail("wrong echo");
        return;
    }
    uint64_t position = c->received;
    while (length > 0) {
        uint64_t at = position % work.answer, part = work.answer - at < length ? work.answer - at : length;
        expect(got, part, at, 0, STATUS, sizeof STATUS - 1);
        expect(got, part, at, work.answer - work.body_length, work.body, work.body_length);
        got += part, position += part, length -= part;
    }
}

static void on_readable(struct connection *c) {
    ssize_t n = recv(c->fd, incoming, sizeof incoming, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) fail("the server ended a connection");
    check(c, incoming, (uint64_t)n);
    uint64_t before = c->received / work.answer;
    c->received += (uint64_t)n;
    uint64_t complete = c->received / work.answer - before;
    if (complete == 0) return;
    uint64_t now = now_ns();
    for (uint64_t i = 0; i < complete; i++) {
        record(&latencies, now - c->sent_at_ns[c->oldest], 1);
        c->sent_at_ns[c->oldest] = now;
        c->oldest = (c->oldest + 1) % (unsigned)work.depth;
    }
    operations += complete;
    c->due += complete * work.message;
    flush(c);
}

static void open_connection(struct connection *c, int index, const char *text) {
    struct address at = parse_address(text);
    c->fd = socket(at.to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("socket");
    if (connect(c->fd, &at.to.any, at.length) != 0) die("connect");
    int on = 1;
    if (!is_path(text)) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->start = work.echo ? (uint64_t)index * 997 : 0;
    arm(c, EPOLL_CTL_ADD, EPOLLIN);
}

static double run(struct connection *all) {
    static struct epoll_event events[EVENTS];
    uint64_t begin = now_ns(), end = begin + (uint64_t)(work.seconds * 1e9), now = begin;
    for (int i = 0; i < work.connections; i++) {
        for (int k = 0; k < work.depth; k++) all[i].sent_at_ns[k] = now;
        all[i].due = work.message * (uint64_t)work.depth;
        flush(&all[i]);
    }
    while (now < end) {
        int n = epoll_wait(poller, events, EVENTS, 20);
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) flush(c);
            if (events[i].events & ~(unsigned)EPOLLOUT) on_readable(c);
        }
        now = now_ns();
    }
    return (double)(now - begin) / 1e9;
}

static void report(double seconds) {
    double sum = 0;
    for (unsigned i = 0; i < BUCKETS; i++) sum += (double)latencies.counts[i] * (double)middle_of(i);
    double mean = operations ? sum / (double)operations / 1e3 : 0;
    printf("{\"ops\":%llu,\"seconds\":%.6f,\"errors\":0,", (unsigned long long)operations, seconds);
    printf("\"mean_us\":%.2f", mean);
    const double wanted[] = {50, 90, 99, 99.9};
    const char *names[] = {"p50_us", "p90_us", "p99_us", "p999_us"};
    for (int i = 0; i < 4; i++) {
        printf(",\"%s\":%.2f", names[i], (double)percentile(&latencies, wanted[i]) / 1e3);
    }
    printf(",\"max_us\":%.2f}\n", (double)latencies.max / 1e3);
}

static void parse(int argc, char **argv) {
    char *request = NULL;
    for (int o; (o = getopt(argc, argv, "c:d:t:s:r:b:a:")) != -1;) {
        switch (o) {
            case 'c': work.connections = atoi(optarg); break;
            case 'd': work.depth = atoi(optarg); break;
            case 't': work.seconds = atof(optarg); break;
            case 's': work.message = work.answer = strtoull(optarg, NULL, 10); break;
            case 'r': request = read_file(optarg, &work.message); break;
            case 'b': work.body = read_file(optarg, &work.body_length); break;
            case 'a': work.answer = strtoull(optarg, NULL, 10); break;
            default: exit(2);
        }
    }
    work.echo = request == NULL;
    work.period = work.echo ? PRIME : work.message;
    int sizes = work.message > 0 && work.answer > (work.echo ? 0 : work.body_length + sizeof STATUS);
    int counts = work.connections > 0 && work.depth > 0 && work.depth <= MOST_DEPTH;
    if (optind != argc - 1 || !sizes || !counts) fail("see the head of load.c for its options");
    make_pattern(request);
}

int main(int argc, char **argv) {
    parse(argc, argv);
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct connection *all = calloc((size_t)work.connections, sizeof *all);
    for (int i = 0; i < work.connections; i++) open_connection(&all[i], i, argv[optind]);
    report(run(all));
    return 0;
}
