# shellcheck shell=bash
# Sourced by the scripts beside it: where the tree is, how to speak, how to configure and build a preset.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
# The distribution's interpreter has matplotlib; a python3 found on PATH may be another one without it.
readonly python=/usr/bin/python3

say() { printf '\n==> %s\n' "$*"; }

die() {
    printf 'error: %s\n' "$*" >&2
    exit 2
}

# usage: print the comment block at the top of the running script, which is its help text.
usage() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }

# configure PRESET: quiet unless it fails.
configure() {
    local output
    if ! output=$(cd "$root" && cmake --preset "$1" "-DPython3_EXECUTABLE=$python" 2>&1); then
        printf '%s\n' "$output" >&2
        printf 'error: cannot configure preset %s (output above)\n' "$1" >&2
        return 1
    fi
}

# build PRESET [TARGET...]: configure, then build the targets (everything without one) on all processors.
build() {
    local preset=$1
    shift
    configure "$preset" || return 1
    (cd "$root" && cmake --build --preset "$preset" --parallel "$(nproc)" ${1+--target "$@"})
}

# The harness program of the release build; built first when it is not there yet.
vmbench=$root/build/release/bin/vmbench
readonly vmbench
need_vmbench() {
    [[ -x $vmbench ]] || "$root/scripts/bootstrap" build
    [[ -x $vmbench ]] || build release vmbench
}

# make_guest CONSEQUENCE: a guest to boot, its folder in VM_GUEST_FOLDER, unless that names one already. Says the
# consequence where its packages cannot be had.
make_guest() {
    if [[ -n ${VM_GUEST_FOLDER-} ]]; then
        return
    fi
    if "$root/scripts/guest-image" --out "$root/build/guest"; then
        export VM_GUEST_FOLDER=$root/build/guest
    else
        say "no guest (see above): $1"
    fi
}
