#!/usr/bin/env python3
"""All methods of `cryospin compare` on the eighteen data sets of docs/results/methods.md. See README.md."""
import argparse
import fcntl
import os
import subprocess
import sys
from contextlib import contextmanager

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "peers"))

import figures
from measured_process import cryospin_command, cryospin_version
from report import between_markers

# Search range, pixels: for shifts of up to 3, as a careful user would say; a centred set is searched at the centre alone.
MAX_SHIFT = {"centred": 0, "shifts": 5}


def parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--methods", default=",".join(figures.METHODS), help="in the order in which to run them [default: all]")
    p.add_argument("--seeds", default="1,2,3", help="[default: %(default)s]")
    p.add_argument("--sets", default="", metavar="LIST", help="MOLECULE-PLACEMENT-SNR, for instance spike-shifts-0.02,groel-centred-0.1 "
                   "[default: all eighteen]")
    p.add_argument("--models", default=os.environ.get("CRYOSPIN_MODELS", "."), metavar="DIR",
                   help="folder of the atomic models 6vyb.cif and 1aon.cif, also gzipped [default: CRYOSPIN_MODELS, else the current folder]")
    p.add_argument("--threads", type=int, default=2, help="of each run [default: %(default)s]")
    p.add_argument("--work", default="/tmp/methods", help="working folder for data and runs [default: %(default)s]")
    p.add_argument("--cryospin", default=os.path.join(ROOT, "cryospin"), help="start script, program or folder")
    p.add_argument("--figures", default=os.path.join(ROOT, "docs/results/methods.csv"), metavar="FILE",
                   help="every run's figures; runs that it holds are not repeated [default: docs/results/methods.csv]")
    p.add_argument("--docs", default=os.path.join(ROOT, "docs/results/methods.md"), metavar="FILE",
                   help="document whose tables to renew after each run [default: docs/results/methods.md]")
    p.add_argument("--again", action="store_true", help="replace figures that are there; give a new --work with it, since finished runs of a "
                   "working folder are taken as they are")
    p.add_argument("--only-report", action="store_true", help="run nothing; renew the tables")
    p.add_argument("--dry-run", action="store_true", help="run nothing; list the runs that are missing")
    a = p.parse_args()
    try:
        a.seeds = [int(s) for s in a.seeds.split(",")]
        a.sets = [figures.DataSet.parse(s) for s in a.sets.split(",") if s] or figures.ALL_SETS
    except ValueError as e:
        p.error(str(e))
    a.methods = a.methods.split(",")
    unknown = [m for m in a.methods if m not in figures.METHODS]
    if unknown:
        p.error(f"unknown method {unknown[0]}; the table has {', '.join(figures.METHODS)}")
    return a


@contextmanager
def locked(path):
    """Several of these may run at once, for instance one per core: who writes the figures holds this lock."""
    with open(path + ".lock", "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def call(command):
    """Runs a command to its end; Ctrl-C reaches it, too, and it ends in its own time."""
    print(" ".join(command), flush=True)
    process = subprocess.Popen(command)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait()
        raise


def simulate(a, cryospin, data_set):
    folder = os.path.join(a.work, "data", data_set.name)
    if not os.path.exists(os.path.join(folder, "particles.star")):
        centred = ["--centred"] if data_set.placement == "centred" else []
        command = cryospin + ["simulate", data_set.molecule, "-o", folder, "--particles", "2000", "--seed", "1",
                              "--snr", data_set.snr, "--models", a.models] + centred
        if call(command) != 0:
            raise RuntimeError(f"{data_set.name}: its images could not be simulated; the message stands above")
    return folder


def measure(a, cryospin, method, seed, data_set):
    """Runs one method with one seed on one set; its row."""
    data = simulate(a, cryospin, data_set)
    out = os.path.join(a.work, "runs", f"{data_set.name}-{method}")
    symmetry = ["--truth-symmetry", "C7"] if data_set.molecule == "groel" else []
    code = call(cryospin + ["compare", f"{data}/particles.star", "-o", out, "--methods", method, "--seeds", str(seed),
                            "--max-shift", str(MAX_SHIFT[data_set.placement]), "--truth-poses", f"{data}/truth.star",
                            "--truth-map", f"{data}/truth.mrc", "--no-snapshots", "--threads", str(a.threads)] + symmetry)
    if code != 0:
        raise RuntimeError(f"{data_set.name}, {method}, seed {seed}: compare ended with exit code {code}; the message stands above")
    return figures.of_run(out, data_set, method, seed)


def main():
    a = parse()
    os.makedirs(a.work, exist_ok=True)
    have = {} if a.again else figures.read(a.figures)
    # Breadth first: every set is run once before any is run again, so that an interrupted table is even.
    todo = [(m, k, s) for k in a.seeds for m in a.methods for s in a.sets if figures.key(s, m, k) not in have]
    if a.dry_run:
        for method, seed, data_set in todo:
            print(f"{data_set.name}, {method}, seed {seed}")
        return f"{len(todo)} runs are missing" if todo else 0
    lost = []
    if not a.only_report:
        cryospin = cryospin_command(a.cryospin)
        cryospin_version(cryospin)
        for method, seed, data_set in todo:
            # Another of these commands may have run it by now.
            if not a.again and figures.key(data_set, method, seed) in figures.read(a.figures):
                continue
            try:
                row = measure(a, cryospin, method, seed, data_set)
            except RuntimeError as e:
                print(e, file=sys.stderr)
                lost.append(str(e))
                continue
            with locked(os.path.join(a.work, "figures")):
                rows = figures.read(a.figures)
                rows[figures.key(data_set, method, seed)] = row
                figures.write(a.figures, rows)
                between_markers(a.docs, figures.tables(rows))
    between_markers(a.docs, figures.tables(figures.read(a.figures)))
    return f"{len(lost)} of {len(todo)} runs failed" if lost else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted; the same command goes on")
    except (OSError, ValueError, RuntimeError) as e:
        sys.exit(f"methods: {e}")
