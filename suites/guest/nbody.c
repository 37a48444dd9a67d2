#include "guest.h"

enum { kBodies = 5 };

// Double precision with square roots and divisions: five bodies under gravity, by the leapfrog method.
struct Body {
    double place[3];
    double velocity[3];
    double mass;
};

static struct Body bodies[kBodies];

static void set_out(void) {
    for (unsigned i = 0; i < kBodies; ++i) {
        struct Body* body = &bodies[i];
        const double along = 1.0 + 1.75 * i;
        body->mass = i == 0 ? 40.0 : 0.03125 * i;
        body->place[0] = i == 0 ? 0 : (i % 2 == 0 ? along : -along);
        body->place[1] = 0.0625 * i;
        body->place[2] = 0.03125 * (double)(i * i % 5);
        body->velocity[0] = 0;
        body->velocity[1] = i == 0 ? 0 : (i % 2 == 0 ? 6.0 : -6.0) / __builtin_sqrt(along);
        body->velocity[2] = 0;
    }
}

static void pull(struct Body* one, struct Body* other, double time) {
    double apart[3];
    double square = 0;
    for (unsigned k = 0; k < 3; ++k) {
        apart[k] = other->place[k] - one->place[k];
        square += apart[k] * apart[k];
    }
    const double force = time / (square * __builtin_sqrt(square));
    for (unsigned k = 0; k < 3; ++k) {
        one->velocity[k] += apart[k] * (other->mass * force);
        other->velocity[k] -= apart[k] * (one->mass * force);
    }
}

static uint64_t orbit(unsigned steps) {
    const double time = 0.0009765625;
    set_out();
    for (unsigned step = 0; step < steps; ++step) {
        for (uint64_t i = 0; i < kBodies; ++i) {
            for (uint64_t j = i + 1; j < kBodies; ++j) {
                pull(&bodies[i], &bodies[j], time);
                opaque(j);
            }
        }
        for (uint64_t i = 0; i < kBodies; ++i) {
            for (uint64_t k = 0; k < 3; ++k) {
                bodies[i].place[k] += bodies[i].velocity[k] * time;
                opaque(k);
            }
        }
    }
    uint64_t result = 0;
    for (unsigned i = 0; i < kBodies; ++i) {
        for (unsigned k = 0; k < 3; ++k) {
            result = mix_double(mix_double(result, bodies[i].place[k]), bodies[i].velocity[k]);
        }
    }
    return result;
}

int main(void) { return conclude("nbody", orbit(600000), 0x4e8acfc995c33baf); }
