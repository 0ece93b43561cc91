#!/usr/bin/env bash
# Reconstructs a stack with known truth from several seeds, one after another, and evaluates each run.
# usage: benchmarks/seeds.sh FOLDER OUT "1 2 3 4 5" [options of reconstruct]
# FOLDER holds particles.star, truth.star and truth.mrc; OUT receives one folder per seed.
set -euo pipefail
[ $# -ge 3 ] || { sed -n 's/^# //p' "$0" | tail -n +2 >&2; exit 2; }
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
folder=$1 out=$2 seeds=$3
shift 3
mkdir -p "$out"
for seed in $seeds; do
    run=$out/seed$seed
    start=$SECONDS
    "$here/cryospin" reconstruct "$folder/particles.star" -o "$run" --seed "$seed" --overwrite "$@" >"$out/seed$seed.out" 2>&1
    echo "seed $seed: $((SECONDS - start)) s"
    "$here/cryospin" evaluate "$run" --truth-poses "$folder/truth.star" --truth-map "$folder/truth.mrc"
done
