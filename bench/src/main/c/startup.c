// How long a server takes from the start of its process to its first right answer.
//
//   startup PORT COMMAND [ARGUMENT...]
//
// Tries to connect every 200 us, sends one GET and waits for a 200 whose body begins with "Hello". Prints
// one line of JSON, with the CPU time the server had used by then, and ends the server.
#define _GNU_SOURCE
#include "address.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000, STEP_NS = 200000 };

static const char GET[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

static double clock_ms(clockid_t clock) {
    struct timespec t;
    if (clock_gettime(clock, &t) != 0) return 0;
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static pid_t start(char **command) {
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid > 0) return pid;
    setpgid(0, 0);
    int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, 0);
    dup2(nowhere, 1);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

static int connected(const struct address *at) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    if (connect(fd, &at->to.any, at->length) == 0) return fd;
    close(fd);
    return -1;
}

static int answers(int fd) {
    char got[4096];
    size_t length = 0;
    struct timeval patience = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(fd, GET, sizeof GET - 1, MSG_NOSIGNAL) != (ssize_t)(sizeof GET - 1)) return 0;
    while (length < sizeof got - 1) {
        ssize_t n = recv(fd, got + length, sizeof got - 1 - length, 0);
        if (n <= 0) return 0;
        got[length += (size_t)n] = '\0';
        const char *body = strstr(got, "\r\n\r\n");
        if (body == NULL || strlen(body) < 9) continue;
        return strncmp(got, "HTTP/1.1 200", 12) == 0 && strstr(body, "Hello") != NULL;
    }
    return 0;
}

static void end(pid_t pid) {
    kill(-pid, SIGTERM);
    for (int i = 0; i < 300; i++) {
        if (waitpid(pid, NULL, WNOHANG) != 0) return;
        usleep(10000);
    }
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: startup PORT COMMAND...\n");
        return 2;
    }
    struct address at = parse_address(argv[1]);
    double begin = clock_ms(CLOCK_MONOTONIC);
    pid_t pid = start(argv + 2);
    clockid_t cpu;
    int fd = -1, right = 0;
    while (fd < 0 && clock_ms(CLOCK_MONOTONIC) - begin < PATIENCE_MS && waitpid(pid, NULL, WNOHANG) == 0) {
        struct timespec step = {.tv_nsec = STEP_NS};
        if ((fd = connected(&at)) < 0) nanosleep(&step, NULL);
    }
    if (fd >= 0) right = answers(fd);
    double ready_ms = clock_ms(CLOCK_MONOTONIC) - begin;
    double cpu_ms = clock_getcpuclockid(pid, &cpu) == 0 ? clock_ms(cpu) : 0;
    end(pid);
    if (!right) {
        fprintf(stderr, "startup: no right answer\n");
        return 1;
    }
    printf("{\"ready_ms\":%.3f,\"cpu_ms\":%.3f}\n", ready_ms, cpu_ms);
    return 0;
}
