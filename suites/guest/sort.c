#include "guest.h"

// A sort that knows its elements only by their size and a comparison through a pointer, as qsort does.
typedef int (*Compare)(const void*, const void*);

enum { kItems = 30000 };

struct Item {
    uint32_t key;
    uint32_t order;
};

static struct Item items[kItems];

static int by_key(const void* left, const void* right) {
    const struct Item* a = left;
    const struct Item* b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

static int by_order(const void* left, const void* right) {
    const struct Item* a = left;
    const struct Item* b = right;
    return a->order < b->order ? -1 : a->order > b->order;
}

static void swap(uint8_t* a, uint8_t* b, uint64_t size) {
    for (uint64_t i = 0; i < size; i += sizeof(uint32_t)) {
        uint32_t x;
        uint32_t y;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        memcpy(a + i, &y, sizeof y);
        memcpy(b + i, &x, sizeof x);
    }
}

// Quicksort around the middle element: the smaller part by recursion, the larger one in the loop.
static void quicksort(uint8_t* first, uint64_t count, uint64_t size, Compare compare) {
    while (count > 1) {
        swap(first, first + count / 2 * size, size);
        uint64_t low = 1;
        uint64_t high = count;
        while (low < high) {
            if (compare(first + low * size, first) < 0) {
                ++low;
            } else if (compare(first + (high - 1) * size, first) >= 0) {
                --high;
            } else {
                swap(first + low * size, first + (high - 1) * size, size);
            }
        }
        swap(first, first + (low - 1) * size, size);
        const uint64_t right = count - low;
        if (low - 1 < right) {
            quicksort(first, low - 1, size, compare);
            first += low * size;
            count = right;
        } else {
            quicksort(first + low * size, right, size, compare);
            count = low - 1;
        }
    }
}

static uint64_t sort_rounds(unsigned rounds) {
    Compare comparisons[] = {by_key, by_order};
    uint64_t size = sizeof items[0];
    opaque(size);
    uint64_t random = 17;
    uint64_t sum = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        for (uint32_t i = 0; i < kItems; ++i) {
            random = next_random(random);
            items[i] = (struct Item){(uint32_t)random % 5000, (uint32_t)(random >> 32)};
        }
        for (unsigned i = 0; i < 2; ++i) {
            Compare compare = comparisons[i];
            opaque(compare);
            quicksort((uint8_t*)items, kItems, size, compare);
            for (uint32_t at = 1; at < kItems; ++at) {
                sum = sum * 31 + items[at].key + items[at].order;
                if (compare(&items[at - 1], &items[at]) > 0) {
                    return 0;
                }
            }
        }
    }
    return sum;
}

int main(void) { return conclude("sort", sort_rounds(12), 0x61979db034796ed3); }
