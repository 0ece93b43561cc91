#!/usr/bin/env python3
"""Time, memory and accuracy of `cryospin reconstruct` against images, box and threads. See README.md."""
import argparse
import json
import math
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "peers"))

try:
    import numpy  # noqa: F401  (checked here so that the message below is the first thing a user sees)
except ModuleNotFoundError:
    sys.exit(f"growth: {sys.executable} has no NumPy; run this with a Python 3 that has it, for instance /usr/bin/python3 {sys.argv[0]}")

import growth_report
import simulated
from measured_process import Interrupted, MeasuredProcess, cryospin_command, cryospin_version, machine


def numbers(text):
    """Whole numbers, separated by commas; k stands for thousands."""
    return [int(w[:-1]) * 1000 if w.endswith("k") else int(w) for w in text.replace(" ", "").split(",") if w]


def parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--images", default="5k,10k,20k,50k", help="numbers of images, at --box [default: %(default)s]")
    p.add_argument("--box", type=int, default=128, help="box of the points in images, threads and memory [default: %(default)s]")
    p.add_argument("--boxes", default="64,96,128,192", help="boxes, at --box-images images [default: %(default)s]")
    p.add_argument("--box-images", default="10k", help="images of the points in box and threads [default: %(default)s]")
    p.add_argument("--thread-counts", default="1,2", help="threads, at --box and --box-images [default: %(default)s]")
    p.add_argument("--threads", type=int, default=2, help="of all other points [default: %(default)s]")
    p.add_argument("--max-memory", default="", metavar="SIZES", help="points with --max-memory, for instance 512M,1G; "
                   "at --box and the most images; needs a CryoSpin that has the option [default: none]")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--model", default="phantom", help="map or model to simulate from, or 'phantom' [default: %(default)s]")
    p.add_argument("--width", type=float, default=273, help="of every box, angstrom; the same particle in all [default: %(default)s]")
    p.add_argument("--max-shift-fraction", type=float, default=3 / 64, help="greatest shift over box [default: %(default).3f]")
    p.add_argument("--stack", metavar="FOLDER", help="take the points at --box from this folder (particles.star, truth.star, truth.mrc)")
    p.add_argument("--extra", default="", help="further options of reconstruct, in one argument, for every point")
    p.add_argument("--work", default="/tmp/growth", help="working folder for data and runs [default: %(default)s]")
    p.add_argument("--keep-data", action="store_true", help="keep the simulated stacks [default: removed when no longer needed]")
    p.add_argument("--cryospin", default=os.path.join(ROOT, "cryospin"), help="start script, program or folder")
    p.add_argument("--only-report", action="store_true", help="run nothing; make table and plot of what is finished")
    p.add_argument("--docs", metavar="FILE",
                   help="also put the table between the marker lines of FILE, and the plot beside it as growth.svg")
    a = p.parse_args()
    try:
        a.images, a.boxes, a.thread_counts = numbers(a.images), numbers(a.boxes), numbers(a.thread_counts)
        a.box_images = numbers(a.box_images)[0]
    except (ValueError, IndexError):
        p.error("--images, --boxes, --box-images and --thread-counts take whole numbers, for instance 5k,10k")
    bad = [b for b in a.boxes + [a.box] if b < 16 or b % 2]
    if bad:
        p.error(f"a box of {bad[0]} pixels: boxes are even and at least 16")
    if min(a.images + [a.box_images], default=0) < 20 or min(a.thread_counts + [a.threads]) < 1:
        p.error("at least 20 images and one thread per point")
    a.max_memory = [s for s in a.max_memory.replace(" ", "").split(",") if s]
    return a


def points(a):
    """The points to measure, each once: (images, box, threads, --max-memory or None)."""
    out = [(n, a.box, a.threads, None) for n in sorted(a.images)]
    out += [(a.box_images, b, a.threads, None) for b in sorted(a.boxes)]
    out += [(a.box_images, a.box, t, None) for t in sorted(a.thread_counts)]
    out += [(max(a.images), a.box, a.threads, m) for m in a.max_memory]
    # By box, so that one stack at a time lies on the disk.
    return sorted(dict.fromkeys(out), key=lambda p: (p[1], p[0], p[2], p[3] or ""))


def name(point):
    n, box, threads, memory = point
    return f"n{n}-box{box}-threads{threads}" + (f"-memory{memory}" if memory else "")


def finished(a, work, point):
    path = os.path.join(work, "points", name(point) + ".json")
    if not os.path.exists(path):
        return None
    with open(path) as f:
        return json.load(f)


def measure(a, work, point, star, truth, cryospin, version):
    """Runs one point and evaluates it; its figures."""
    n, box, threads, memory = point
    run = os.path.join(work, "runs", name(point))
    shutil.rmtree(run, ignore_errors=True)
    os.makedirs(run)
    # The shifts that were drawn, rounded up, and a pixel to spare, as a careful user would say.
    shift = math.ceil(a.max_shift_fraction * box) + 1
    command = cryospin + ["reconstruct", star, "-o", f"{run}/result", "--seed", str(a.seed), "--threads", str(threads),
                          "--max-shift", str(shift)] + (["--max-memory", memory] if memory else []) + a.extra.split()
    print(f"{name(point)}: {' '.join(command)}", flush=True)
    figures = MeasuredProcess(command, run, f"{run}/output.log", f"{run}/samples.jsonl", 0.2).run()
    if figures["exit"] != 0:
        with open(f"{run}/output.log", errors="replace") as f:
            tail = "\n".join(f.read().splitlines()[-5:])
        raise RuntimeError(f"{name(point)} ended with exit code {figures['exit']}; the end of {run}/output.log:\n{tail}")
    with open(f"{run}/result/run.json") as f:
        record = json.load(f)
    phases = {p["phase"]: round(p["seconds"], 2) for p in record["phaseTimes"]}
    # Start of the program and writing of results stand in no phase.
    phases["rest"] = round(max(0.0, figures["wall_s"] - sum(phases.values())), 2)
    accuracy = simulated.accuracy(cryospin, f"{run}/result", truth)
    figures.update(images=n, box=box, threads=threads, max_memory=memory, phases=phases, accuracy=accuracy,
                   resolution_A=record["resolutionAngstrom"], version=version, command=" ".join(command))
    path = os.path.join(work, "points", name(point) + ".json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w") as f:
        json.dump(figures, f, indent=1)
    os.replace(path + ".new", path)
    # Maps and poses of a point are not needed again; logs and records are kept.
    for file in os.listdir(f"{run}/result"):
        if file.endswith((".mrc", ".star", ".html")):
            os.remove(os.path.join(run, "result", file))
    print(f"{name(point)}: {figures['wall_s']:.1f} s, {figures['cpu_s']:.1f} s of processor time, {figures['peak_bytes'] / 2**20:.0f} MiB",
          flush=True)
    return figures


def settings(a):
    """What the stored points depend on besides their names; a working folder serves one such set."""
    keys = ("seed", "model", "width", "max_shift_fraction", "stack", "extra")
    return {k: os.path.abspath(v) if k == "stack" and v else v for k, v in vars(a).items() if k in keys}


def claim(a, work):
    path = os.path.join(work, "settings.json")
    os.makedirs(work, exist_ok=True)
    if os.path.exists(path):
        with open(path) as f:
            old = json.load(f)
        if old != settings(a):
            changed = ", ".join(k for k in old if old[k] != settings(a)[k])
            raise ValueError(f"{work} holds points measured with another --{changed.replace('_', '-')}; give another --work")
    else:
        with open(path, "w") as f:
            json.dump(settings(a), f, indent=1)


def main():
    a = parse()
    if a.model != "phantom" and not os.path.isfile(a.model):
        raise ValueError(f"the model {a.model} does not exist")
    work = os.path.realpath(a.work)
    if (work + os.sep).startswith(os.path.realpath(ROOT) + os.sep):
        raise ValueError(f"--work {a.work} is inside of the repository")
    cryospin = cryospin_command(a.cryospin)
    claim(a, work)
    version = cryospin_version(cryospin)
    wanted = points(a)
    rows = [r for r in (finished(a, work, p) for p in wanted) if r]
    if not a.only_report:
        data = simulated.Stacks(a, work, cryospin)
        missing = [p for p in wanted if not finished(a, work, p)]
        for i, point in enumerate(missing):
            star = data.star(point[1], point[0], max(p[0] for p in missing if p[1] == point[1]))
            rows.append(measure(a, work, point, star, data.truth(point[1]), cryospin, version))
            growth_report.write(work, a, machine(), rows, a.docs)
            if not a.keep_data and all(p[1] != point[1] for p in missing[i + 1:]):
                data.remove(point[1])
    if not rows:
        raise ValueError(f"nothing is finished under {work}")
    growth_report.write(work, a, machine(), rows, a.docs)
    print(growth_report.text(a, machine(), rows))
    print(f"{work}/results.jsonl, table.md and growth.svg hold the figures")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError, RuntimeError) as e:
        sys.exit(f"growth: {e}")
    except Interrupted:
        print("growth: stopped; the same command goes on from here", file=sys.stderr)
        sys.exit(130)
