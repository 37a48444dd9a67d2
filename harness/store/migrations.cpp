#include "harness/store/migrations.h"

#include <iterator>

namespace harness::store {

namespace {

// Version 1. Identifiers of rows made here are UUIDs, so that stores of several machines merge without
// renumbering; times are integer nanoseconds since 1970 (UTC). Samples are keyed by their process, which has
// the UUID.
constexpr const char* kRawTables = R"sql(
CREATE TABLE machine (
    id            TEXT    NOT NULL PRIMARY KEY,
    machine_class TEXT    NOT NULL,
    cpu_model     TEXT    NOT NULL,
    cores         INTEGER NOT NULL CHECK (cores >= 0),
    memory_bytes  INTEGER NOT NULL CHECK (memory_bytes >= 0),
    kernel        TEXT    NOT NULL,
    governor      TEXT    NOT NULL,
    virtualised   INTEGER NOT NULL CHECK (virtualised IN (0, 1)),
    numa_nodes    INTEGER NOT NULL CHECK (numa_nodes >= 0),
    UNIQUE (machine_class, cpu_model, cores, memory_bytes, kernel, governor, virtualised, numa_nodes)
) STRICT;

CREATE TABLE build (
    id           TEXT    NOT NULL PRIMARY KEY,
    revision     TEXT    NOT NULL,
    dirty        INTEGER NOT NULL CHECK (dirty IN (0, 1)),
    compiler     TEXT    NOT NULL,
    flags        TEXT    NOT NULL,
    program_hash TEXT    NOT NULL,
    UNIQUE (revision, dirty, compiler, flags, program_hash)
) STRICT;

CREATE TABLE suite (
    name        TEXT NOT NULL PRIMARY KEY,
    title       TEXT NOT NULL,
    question    TEXT NOT NULL,
    description TEXT NOT NULL
) STRICT;

-- id is SUITE/CASE. metrics, tags and targets are JSON arrays; the first metric is the deciding one.
CREATE TABLE benchmark (
    id                 TEXT    NOT NULL,
    definition_version INTEGER NOT NULL,
    suite              TEXT    NOT NULL REFERENCES suite (name),
    case_id            TEXT    NOT NULL,
    time_source        TEXT    NOT NULL CHECK (time_source IN ('cpu', 'real', 'manual')),
    metrics            TEXT    NOT NULL,
    tags               TEXT    NOT NULL,
    targets            TEXT    NOT NULL,
    PRIMARY KEY (id, definition_version)
) STRICT;

-- owner names the live process of a running run ("BOOT-ID PID START-TICKS"), so that a killed one is noticed.
CREATE TABLE run (
    id                TEXT    NOT NULL PRIMARY KEY,
    started_ns        INTEGER NOT NULL,
    finished_ns       INTEGER,
    profile           TEXT    NOT NULL CHECK (profile IN ('quick', 'full')),
    seed              INTEGER NOT NULL,
    status            TEXT    NOT NULL CHECK (status IN ('running', 'complete', 'interrupted', 'failed')),
    machine_id        TEXT    NOT NULL REFERENCES machine (id),
    command_line      TEXT    NOT NULL,
    harness_version   TEXT    NOT NULL,
    planned_processes INTEGER NOT NULL,
    owner             TEXT    NOT NULL,
    note              TEXT    NOT NULL
) STRICT;
CREATE INDEX run_started ON run (started_ns);

-- One child process: one replicate of one benchmark. error is empty when it measured properly.
CREATE TABLE process (
    id                 TEXT    NOT NULL PRIMARY KEY,
    run_id             TEXT    NOT NULL REFERENCES run (id),
    build_id           TEXT    NOT NULL REFERENCES build (id),
    benchmark          TEXT    NOT NULL,
    definition_version INTEGER NOT NULL,
    replicate          INTEGER NOT NULL,
    position           INTEGER NOT NULL,
    exit_status        INTEGER NOT NULL,
    error              TEXT    NOT NULL,
    started_ns         INTEGER NOT NULL,
    duration_ns        INTEGER NOT NULL,
    user_ns            INTEGER NOT NULL,
    system_ns          INTEGER NOT NULL,
    max_rss_bytes      INTEGER NOT NULL,
    UNIQUE (run_id, position),
    FOREIGN KEY (benchmark, definition_version) REFERENCES benchmark (id, definition_version)
) STRICT;
CREATE INDEX process_benchmark ON process (benchmark, run_id);

-- A changed definition starts a new series, linked to the one it follows.
CREATE TABLE series (
    id                 TEXT    NOT NULL PRIMARY KEY,
    benchmark          TEXT    NOT NULL,
    definition_version INTEGER NOT NULL,
    metric             TEXT    NOT NULL,
    unit               TEXT    NOT NULL,
    machine_class      TEXT    NOT NULL,
    direction          TEXT    NOT NULL CHECK (direction IN ('lower', 'higher')),
    previous_id        TEXT    REFERENCES series (id),
    UNIQUE (benchmark, definition_version, metric, unit, machine_class),
    FOREIGN KEY (benchmark, definition_version) REFERENCES benchmark (id, definition_version)
) STRICT;

CREATE TABLE sample (
    process_id TEXT    NOT NULL REFERENCES process (id),
    series_id  TEXT    NOT NULL REFERENCES series (id),
    ordinal    INTEGER NOT NULL,
    value      REAL    NOT NULL,
    iterations INTEGER NOT NULL,
    PRIMARY KEY (process_id, series_id, ordinal)
) STRICT;
CREATE INDEX sample_series ON sample (series_id);

-- A renamed benchmark: what is stored as old_benchmark is read as new_benchmark.
CREATE TABLE alias (
    old_benchmark TEXT    NOT NULL PRIMARY KEY,
    new_benchmark TEXT    NOT NULL,
    created_ns    INTEGER NOT NULL,
    reason        TEXT    NOT NULL
) STRICT;

CREATE TABLE decision (
    id         TEXT    NOT NULL PRIMARY KEY,
    created_ns INTEGER NOT NULL,
    benchmark  TEXT    NOT NULL,
    metric     TEXT    NOT NULL,
    run_id     TEXT    NOT NULL REFERENCES run (id),
    kind       TEXT    NOT NULL,
    author     TEXT    NOT NULL,
    reason     TEXT    NOT NULL
) STRICT;

CREATE TABLE baseline (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE baseline_run (
    baseline_id TEXT NOT NULL REFERENCES baseline (id) ON DELETE CASCADE,
    run_id      TEXT NOT NULL REFERENCES run (id),
    PRIMARY KEY (baseline_id, run_id)
) STRICT;
)sql";

// Derived and disposable: everything here can be computed again from the tables above.
constexpr const char* kDerivedTables = R"sql(
CREATE TABLE verdict (
    run_id        TEXT    NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    baseline      TEXT    NOT NULL,
    benchmark     TEXT    NOT NULL,
    metric        TEXT    NOT NULL,
    unit          TEXT    NOT NULL,
    direction     TEXT    NOT NULL CHECK (direction IN ('lower', 'higher')),
    role          TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    ratio         REAL,
    low           REAL,
    high          REAL,
    base          REAL,
    head          REAL,
    threshold     REAL    NOT NULL,
    n_base        INTEGER NOT NULL,
    n_head        INTEGER NOT NULL,
    note          TEXT    NOT NULL,
    judge_version TEXT    NOT NULL,
    rules_hash    TEXT    NOT NULL,
    created_ns    INTEGER NOT NULL,
    PRIMARY KEY (run_id, baseline, benchmark, metric)
) STRICT;

CREATE TABLE point (
    series_id TEXT    NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    run_id    TEXT    NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    median    REAL    NOT NULL,
    low       REAL    NOT NULL,
    high      REAL    NOT NULL,
    n         INTEGER NOT NULL,
    PRIMARY KEY (series_id, run_id)
) STRICT;

-- What reports read: one row a sample, with all that says where it came from.
CREATE VIEW observation AS
SELECT run.id AS run_id, run.started_ns AS run_started_ns, run.status AS run_status, run.profile AS profile,
       machine.machine_class AS machine_class, build.revision AS revision, build.dirty AS dirty,
       benchmark.suite AS suite, benchmark.case_id AS case_id, benchmark.id AS benchmark,
       benchmark.definition_version AS definition_version, benchmark.tags AS tags,
       series.id AS series_id, series.metric AS metric, series.unit AS unit, series.direction AS direction,
       process.id AS process_id, process.replicate AS replicate, sample.ordinal AS ordinal,
       sample.value AS value, sample.iterations AS iterations
FROM sample
JOIN series ON series.id = sample.series_id
JOIN process ON process.id = sample.process_id
JOIN run ON run.id = process.run_id
JOIN machine ON machine.id = run.machine_id
JOIN build ON build.id = process.build_id
JOIN benchmark ON benchmark.id = process.benchmark
              AND benchmark.definition_version = process.definition_version;
)sql";

// Side-by-side measurement. duel: all that decides such a run besides its pairs, as JSON
// (harness/duel/terms.h). pair: one row a pair of fresh processes, its slices in one blob (slice_blob.h).
constexpr const char* kPairTables = R"sql(
CREATE TABLE duel (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES run (id),
    terms  TEXT NOT NULL
) STRICT;

CREATE TABLE pair (
    id                  TEXT    NOT NULL PRIMARY KEY,
    run_id              TEXT    NOT NULL REFERENCES run (id),
    benchmark           TEXT    NOT NULL,
    definition_version  INTEGER NOT NULL,
    stage               TEXT    NOT NULL CHECK (stage IN ('control', 'screening', 'fresh')),
    position            INTEGER NOT NULL,
    base_build_id       TEXT    NOT NULL REFERENCES build (id),
    head_build_id       TEXT    NOT NULL REFERENCES build (id),
    method              TEXT    NOT NULL CHECK (method IN ('slices', 'processes')),
    seed                INTEGER NOT NULL,
    iterations          INTEGER NOT NULL,
    worker_cpu          INTEGER,
    harness_cpu         INTEGER,
    slowdown            REAL    NOT NULL,
    clock_resolution_ns INTEGER NOT NULL,
    canary_level_ns     INTEGER NOT NULL,
    steal_ns            INTEGER,
    duration_ns         INTEGER NOT NULL,
    ending              TEXT    NOT NULL,
    failed_side         TEXT    CHECK (failed_side IN ('base', 'head')),
    error               TEXT    NOT NULL,
    base_program        TEXT    NOT NULL,
    head_program        TEXT    NOT NULL,
    base_counters       TEXT    NOT NULL,
    head_counters       TEXT    NOT NULL,
    base_rss_bytes      INTEGER NOT NULL,
    head_rss_bytes      INTEGER NOT NULL,
    slices              BLOB    NOT NULL,
    UNIQUE (run_id, position),
    FOREIGN KEY (benchmark, definition_version) REFERENCES benchmark (id, definition_version)
) STRICT;
CREATE INDEX pair_benchmark ON pair (benchmark);
)sql";

// Nightly trends: head beside a pinned reference build. There are many points, so that numbers tie them
// rather than UUIDs.
constexpr const char* kNightTables = R"sql(
-- release is the newest tag that head contains. owner as in run.
CREATE TABLE night (
    number             INTEGER NOT NULL PRIMARY KEY,
    id                 TEXT    NOT NULL UNIQUE,
    run_id             TEXT    REFERENCES run (id),
    started_ns         INTEGER NOT NULL,
    finished_ns        INTEGER,
    status             TEXT    NOT NULL CHECK (status IN ('running', 'complete', 'interrupted', 'failed')),
    head_revision      TEXT    NOT NULL,
    reference_revision TEXT    NOT NULL,
    machine_class      TEXT    NOT NULL,
    release            TEXT    NOT NULL,
    owner              TEXT    NOT NULL,
    note               TEXT    NOT NULL
) STRICT;
CREATE INDEX night_run ON night (run_id);

-- A series that nights measure. slope: how much of the reference's movement is taken off the head's
-- (harness/duel/trend.h), as of the newest night.
CREATE TABLE trend (
    number    INTEGER NOT NULL PRIMARY KEY,
    series_id TEXT    NOT NULL UNIQUE REFERENCES series (id),
    slope     REAL    NOT NULL
) STRICT;

-- The logarithm of a reference's time about which its movement is taken off, as of the newest night.
CREATE TABLE trend_level (
    trend              INTEGER NOT NULL REFERENCES trend (number),
    reference_revision TEXT    NOT NULL,
    level              REAL    NOT NULL,
    PRIMARY KEY (trend, reference_revision)
) STRICT, WITHOUT ROWID;

-- Logarithms of head / reference: the centre of the pairs' values with its interval (null where there are too
-- few pairs) and their robust spread. head and reference are medians, in the series' unit. pair_values holds
-- what each pair said, as 32-bit floats, lowest byte first: it stays when the pairs themselves are dropped.
CREATE TABLE night_point (
    trend       INTEGER NOT NULL REFERENCES trend (number),
    night       INTEGER NOT NULL REFERENCES night (number),
    log_ratio   REAL    NOT NULL,
    low         REAL,
    high        REAL,
    head        REAL    NOT NULL,
    reference   REAL    NOT NULL,
    spread      REAL    NOT NULL,
    pairs       INTEGER NOT NULL,
    pair_values BLOB    NOT NULL,
    PRIMARY KEY (trend, night)
) STRICT, WITHOUT ROWID;

-- A level of a trend that begins at first_night, last_night being the one before; levels are logarithms of the
-- corrected series, low and high those of head / base by the side-by-side test between the two commits.
CREATE TABLE change_point (
    id          TEXT    NOT NULL PRIMARY KEY,
    trend       INTEGER NOT NULL REFERENCES trend (number),
    last_night  INTEGER NOT NULL REFERENCES night (number),
    first_night INTEGER NOT NULL REFERENCES night (number),
    level_before REAL   NOT NULL,
    level_after REAL    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('found', 'confirmed', 'unconfirmed')),
    commits     INTEGER,
    run_id      TEXT    REFERENCES run (id),
    low         REAL,
    high        REAL,
    found_ns    INTEGER NOT NULL,
    note        TEXT    NOT NULL,
    UNIQUE (trend, first_night)
) STRICT;
)sql";

// Which cases of its suite a benchmark is shown as a ratio to: a JSON array of their ids.
constexpr const char* kVersusColumn = R"sql(
ALTER TABLE benchmark ADD COLUMN versus TEXT NOT NULL DEFAULT '[]';
)sql";

constexpr Migration kMigrations[] = {
    {1, "raw tables", kRawTables},
    {2, "derived tables and views", kDerivedTables},
    {3, "side-by-side pairs", kPairTables},
    {4, "nightly trends", kNightTables},
    {5, "ratios between benchmarks", kVersusColumn},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

int newest_version() { return kMigrations[std::size(kMigrations) - 1].version; }

}  // namespace harness::store
