// An address as the programs of this folder take it: a decimal port of 127.0.0.1, or the path of a Unix
// socket.
#ifndef BENCH_ADDRESS_H
#define BENCH_ADDRESS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in tcp;
        struct sockaddr_un local;
    } to;
    socklen_t length;
};

static inline int is_path(const char *text) { return text[0] == '/'; }

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline struct address parse_address(const char *text) {
    struct address a;
    memset(&a, 0, sizeof a);
    if (is_path(text)) {
        a.to.local.sun_family = AF_UNIX;
        if (strlen(text) >= sizeof a.to.local.sun_path) {
            fprintf(stderr, "path too long: %s\n", text);
            exit(2);
        }
        strcpy(a.to.local.sun_path, text);
        a.length = sizeof a.to.local;
    } else {
        a.to.tcp.sin_family = AF_INET;
        a.to.tcp.sin_port = htons((unsigned short)atoi(text));
        a.to.tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        a.length = sizeof a.to.tcp;
    }
    return a;
}

#endif
