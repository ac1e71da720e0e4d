// A latency histogram: buckets of equal width inside each power of two, so every value is kept to within
// 1/128. The largest value is kept exactly.
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

enum { SUB_BITS = 7, SUB = 1 << SUB_BITS, BUCKETS = (64 - SUB_BITS + 1) * SUB };

struct histogram {
    uint64_t counts[BUCKETS], total, max;
};

static inline unsigned bucket_of(uint64_t value) {
    if (value < SUB) return (unsigned)value;
    unsigned shift = 63 - SUB_BITS - (unsigned)__builtin_clzll(value);
    return (shift + 1) * SUB + (unsigned)((value >> shift) - SUB);
}

static inline uint64_t middle_of(unsigned bucket) {
    if (bucket < SUB) return bucket;
    unsigned shift = bucket / SUB - 1;
    return (((uint64_t)(bucket % SUB) + SUB) << shift) + ((1ULL << shift) >> 1);
}

static inline void record(struct histogram *h, uint64_t value, uint64_t times) {
    h->counts[bucket_of(value)] += times;
    h->total += times;
    if (value > h->max) h->max = value;
}

static inline uint64_t percentile(const struct histogram *h, double percent) {
    uint64_t rank = (uint64_t)((double)h->total * percent / 100.0 + 0.5), seen = 0;
    if (rank >= h->total) return h->max;
    if (rank == 0) rank = 1;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += h->counts[i];
        if (seen >= rank) return middle_of(i) < h->max ? middle_of(i) : h->max;
    }
    return h->max;
}

#endif
