#!/usr/bin/env python3
"""RELION 3.1 and CryoSpin on one stack, in turn: time, processor time, memory and accuracy. See README.md."""
import argparse
import json
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

try:
    import numpy  # noqa: F401  (checked here so that the message below is the first thing a user sees)
except ModuleNotFoundError:
    sys.exit(f"peers: {sys.executable} has no NumPy; run this with a Python 3 that has it, for instance /usr/bin/python3 {sys.argv[0]}")

import relion
import report
import scores
import stacks
from measured_process import Interrupted, MeasuredProcess, cryospin_command, cryospin_version, machine


class Step:
    """One measured command in a folder of its own; done.json there says that it is finished."""

    def __init__(self, name, folder, command, interval, resumable=False, stop_after=None):
        """`resumable`: a RELION job, which goes on from its last iteration. `stop_after`: its iteration to stop at, as with Abort."""
        self.name, self.folder, self.interval, self.resumable, self.stop_after = name, folder, interval, resumable, stop_after
        self.command = [str(w) for w in command]

    @property
    def _done(self):
        return os.path.join(self.folder, "done.json")

    def result(self):
        if not os.path.exists(self._done):
            return None
        with open(self._done) as f:
            return json.load(f)

    def _attempts(self):
        """Figures of earlier, interrupted attempts, the latest last."""
        path = os.path.join(self.folder, "attempts.json")
        if not os.path.exists(path):
            return []
        with open(path) as f:
            return json.load(f)

    def run(self, cwd):
        """Runs the command unless it is finished. An interrupted RELION job goes on from its last written iteration."""
        done = self.result()
        if done is not None:
            if done["command"] != self.command:
                raise ValueError(
                    f"{self.folder} holds a finished run of another command:\n  {' '.join(done['command'])}\n"
                    f"now asked for:\n  {' '.join(self.command)}\nremove that folder or give another --work")
            print(f"  {self.name}: finished earlier ({done['wall_s']:.0f} s)", flush=True)
            return done
        command, earlier = self.command, self._attempts()
        optimisers = relion.iterations(self.folder, "optimiser.star") if self.resumable else []
        samples = os.path.join(self.folder, "samples.jsonl")
        if os.path.exists(samples):
            earlier = earlier + [self._unfinished(samples, len(earlier), optimisers)]
        if self.stop_after and optimisers and optimisers[-1][0] >= self.stop_after:
            return self._stopped(earlier)
        if optimisers and optimisers[-1][0] > 0:
            command = [str(w) for w in relion.continued(self.command, optimisers[-1][1])]
        elif os.path.isdir(self.folder):
            shutil.rmtree(self.folder)
            earlier = []
        os.makedirs(self.folder, exist_ok=True)
        with open(os.path.join(self.folder, "attempts.json"), "w") as f:
            json.dump(earlier, f)
        print(f"  {self.name}: {' '.join(command)}", flush=True)
        enough = None if self.stop_after is None else self._has_come_to_stop
        figures = MeasuredProcess(command, cwd, os.path.join(self.folder, "output.log"), samples, self.interval, enough).run()
        if figures is None:
            return self.run(cwd)
        if figures["exit"] != 0:
            # What a resumable job used before it failed counts once it goes on.
            if not self.resumable:
                os.rename(samples, samples + ".failed")
            raise RuntimeError(f"{self.name} ended with exit code {figures['exit']}; its output: {self.folder}/output.log")
        os.rename(samples, os.path.join(self.folder, f"samples{len(earlier)}.jsonl"))
        for key in ("wall_s", "cpu_s", "user_s", "sys_s", "leader_cpu_s"):
            figures[key] = round(figures[key] + sum(a.get(key, 0) for a in earlier), 2)
        figures["peak_bytes"] = max([figures["peak_bytes"]] + [a["peak_bytes"] for a in earlier])
        starts = [a["started_unix"] for a in earlier] + [figures["started_unix"]]
        # Of a cut-off attempt only the part up to the iteration that was gone on from counts, here as in the sums above.
        kept = [{"wall_s": e["wall_s"], "cpu_s": e["cpu_s"]} for e in earlier]
        figures.update(step=self.name, command=self.command, attempts=len(starts), starts_unix=starts, earlier=kept)
        return self._finish(figures)

    def _has_come_to_stop(self):
        optimisers = relion.iterations(self.folder, "optimiser.star")
        if not optimisers or optimisers[-1][0] < self.stop_after:
            return False
        # RELION writes an iteration's files one after the other.
        return time.time() - os.path.getmtime(optimisers[-1][1]) > 3

    def _stopped(self, attempts):
        """Ends a job that has come to the iteration that it was to be stopped at: its figures are those of its attempts."""
        total = lambda key: round(sum(a.get(key, 0) for a in attempts), 2)
        return self._finish({key: total(key) for key in ("wall_s", "cpu_s", "user_s", "sys_s", "leader_cpu_s")} | {
            "exit": 0, "started_unix": attempts[0]["started_unix"], "peak_bytes": max(a["peak_bytes"] for a in attempts),
            "step": self.name, "command": self.command, "attempts": len(attempts), "stopped_after": self.stop_after,
            "starts_unix": [a["started_unix"] for a in attempts],
            "earlier": [{"wall_s": a["wall_s"], "cpu_s": a["cpu_s"]} for a in attempts[:-1]]})

    def _finish(self, figures):
        with open(self._done + ".new", "w") as f:
            json.dump(figures, f, indent=1)
        os.replace(self._done + ".new", self._done)
        print(f"  {self.name}: {figures['wall_s']:.0f} s, {figures['cpu_s']:.0f} s of processor time", flush=True)
        return figures

    def _unfinished(self, samples, number, optimisers):
        """Figures of an attempt that was cut off, from its samples, up to the iteration that it goes on from."""
        with open(samples) as f:
            rows = [json.loads(line) for line in f if line.endswith("\n")]
        # The log was opened when the attempt began; its change time is the end, so count back from the last sample.
        ended = os.path.getmtime(samples)
        started = ended - (rows[-1]["wall"] if rows else 0)
        if optimisers:
            kept = os.path.getmtime(optimisers[-1][1]) - started
            rows = [r for r in rows if r["wall"] <= kept + self.interval]
        os.rename(samples, os.path.join(self.folder, f"samples{number}.jsonl"))
        last = rows[-1] if rows else {"wall": 0, "cpu": 0, "leader": 0}
        cpu = last["cpu"] - last["leader"]
        return {"started_unix": started, "wall_s": last["wall"], "cpu_s": cpu, "user_s": last["cpu"], "sys_s": 0,
                "leader_cpu_s": last["leader"], "peak_bytes": max([r["memory"] for r in rows], default=0)}


def parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("folder", help="folder with particles.star, truth.star and truth.mrc")
    p.add_argument("--seeds", default="1", help="for instance 1,2,3 [default: %(default)s]")
    p.add_argument("--schedule", choices=sorted(relion.SCHEDULES), default="default", help="RELION's SGD: its own length, or a short one")
    p.add_argument("--sgd", metavar="A,B,C", help="other numbers of initial, in-between and final SGD iterations")
    p.add_argument("--stop-after", type=int, metavar="N", help="stop InitialModel once its iteration N is written, as its Abort button would")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="for every program [default: all cores]")
    p.add_argument("--mask-diameter", type=float, required=True, help="what RELION needs, angstrom; CryoSpin estimates its own")
    p.add_argument("--max-shift", default="5", help="of CryoSpin, pixels [default: %(default)s]")
    p.add_argument("--pad", type=int, default=2, choices=(1, 2), help="of auto-refine [default: %(default)s, RELION's]")
    p.add_argument("--local-order", type=int, default=relion.LOCAL_ORDER, choices=(2, 3, 4, 5), metavar="N",
                   help="HEALPix order from which auto-refine searches locally [default: %(default)s, RELION's]")
    p.add_argument("--refine-images", type=int, metavar="N", help="auto-refine of the first N images alone; CryoSpin then also runs on them alone")
    p.add_argument("--subset", type=int, help="only the first images, for a trial")
    p.add_argument("--steps", default="ours,initial,refine", help="those to run, in their order [default: %(default)s]")
    p.add_argument("--work", default="/tmp/peers", help="working folder, outside of the repository [default: %(default)s]")
    p.add_argument("--cryospin", default=os.path.join(ROOT, "cryospin"), help="start script, program or folder")
    p.add_argument("--scorer", default=os.path.join(os.path.dirname(ROOT), "shared", "tools", "score_run.py"),
                   help="independent scorer: POSES TRUTH --map MAP --truth-map MAP --json [default: %(default)s]")
    p.add_argument("--only-report", action="store_true", help="run nothing; make the table of what is finished")
    p.add_argument("--docs", metavar="FILE", help="also put the table between the marker lines of FILE")
    a = p.parse_args()
    try:
        a.seeds = [int(s) for s in a.seeds.replace(" ", ",").split(",") if s]
    except ValueError:
        p.error(f"--seeds takes whole numbers, for instance 1,2,3; not '{a.seeds}'")
    if not a.seeds:
        p.error("--seeds names no seed")
    a.sgd_iterations = relion.SCHEDULES[a.schedule]
    if a.sgd:
        try:
            ini, between, fin = (int(s) for s in a.sgd.split(","))
        except ValueError:
            p.error(f"--sgd takes three whole numbers, for instance 10,40,10; not '{a.sgd}'")
        if min(ini, between, fin) < 1:
            p.error("--sgd takes three numbers of at least 1")
        a.sgd_iterations = (ini, between, fin, max(1, (ini + between + fin) // 30))
    a.steps = [s for s in a.steps.replace(" ", "").split(",") if s]
    if not a.steps or set(a.steps) - {"ours", "initial", "refine"}:
        p.error("--steps takes one or more of ours, initial, refine")
    if a.refine_images is not None and not 0 < a.refine_images < (a.subset or sys.maxsize):
        p.error("--refine-images must be at least 1, and fewer than --subset")
    if a.threads < 1:
        p.error("--threads must be at least 1")
    if a.stop_after is not None:
        every = a.sgd_iterations[3]
        if not 0 < a.stop_after < sum(a.sgd_iterations[:3]) or a.stop_after % every:
            p.error(f"--stop-after takes an iteration that is written: a multiple of {every} below {sum(a.sgd_iterations[:3])}")
    return a


def check(a):
    """Faults that need no run to be seen: all of them at once."""
    faults = []
    for name in ("particles.star", "truth.star", "truth.mrc"):
        if not os.path.isfile(os.path.join(a.folder, name)):
            faults.append(f"{os.path.join(a.folder, name)} does not exist")
    if not a.only_report:
        needed = {"ours": (), "initial": ("relion_refine",), "refine": ("relion_refine_mpi", "mpirun")}
        for program in (p for s in a.steps for p in needed[s]):
            if shutil.which(program) is None:
                faults.append(f"{program} was not found; RELION 3.1 is the package 'relion' of Debian 12: apt-get install relion")
    work = os.path.realpath(a.work)
    if (work + os.sep).startswith(os.path.realpath(ROOT) + os.sep):
        faults.append(f"--work {a.work} is inside of the repository")
    if faults:
        raise ValueError("\n       ".join(faults))


def steps(a, star, part, base, seed, cryospin):
    """The steps by their names. `part`: the star file of the images that auto-refine is given."""
    ini = Step("RELION InitialModel", f"{base}/initial", relion.initial_model(
        star, f"{base}/initial", a.sgd_iterations, a.mask_diameter, a.threads, seed), 1.0, resumable=True,
        stop_after=a.stop_after)
    last = a.stop_after or sum(a.sgd_iterations[:3])
    end = f"-first{a.refine_images}" if a.refine_images else ""
    run = lambda images, folder: Step("CryoSpin", folder, cryospin + [
        "reconstruct", images, "-o", f"{folder}/result", "--max-shift", a.max_shift, "--seed", seed, "--threads", a.threads], 0.2)
    reference = f"{base}/initial/run_it{last:03d}_class001.mrc"
    refine = Step("RELION auto-refine", f"{base}/refine{end}", relion.auto_refine(
        part, f"{base}/refine{end}", reference, a.mask_diameter, a.threads, a.pad, a.local_order, seed), 1.0, resumable=True)
    refine.reference = reference
    own = {"ours": run(star, f"{base}/ours")} | ({"ours-part": run(part, f"{base}/ours{end}")} if end else {})
    return own | {"initial": ini, "refine": refine}


def versions(cryospin):
    out = {"cryospin": cryospin_version(cryospin)}
    if shutil.which("relion_refine"):
        text = subprocess.run(["relion_refine", "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        out["relion"] = next((line.strip() for line in text.splitlines() if "version" in line.lower()), "unknown")
    return out


def main():
    a = parse()
    check(a)
    cryospin = cryospin_command(a.cryospin)
    sgd = a.sgd_iterations[:3]
    work = os.path.join(os.path.realpath(a.work), f"sgd-{sgd[0]}-{sgd[1]}-{sgd[2]}" + (f"-first{a.subset}" if a.subset else ""))
    star, stack = stacks.prepare(os.path.join(a.folder, "particles.star"), f"{work}/data", a.subset)
    part = star
    if a.refine_images:
        part, _ = stacks.prepare(os.path.join(a.folder, "particles.star"), f"{work}/data-first{a.refine_images}", a.refine_images)
    if not 0 < a.mask_diameter <= stack["width"]:
        raise ValueError(f"--mask-diameter {a.mask_diameter:g}: the box is {stack['width']:.0f} angstrom wide")
    about = {"machine": machine(), "versions": versions(cryospin),
             "sgd": sgd, "schedule": "default" if sgd == relion.SCHEDULES["default"][:3] else "shortened",
             "stop_after": a.stop_after, "refine_images": a.refine_images, "local_order": a.local_order, "default_local_order": relion.LOCAL_ORDER, "sgd_images": relion.sgd_images(a.sgd_iterations, a.stop_after), "default_sgd_images": relion.sgd_images(relion.SCHEDULES["default"]),
             "stack": os.path.basename(os.path.realpath(a.folder)), "threads": a.threads} | stack
    print(f"{stack['images']} images; SGD iterations {sgd[0]} + {sgd[1]} + {sgd[2]}"
          + (" (RELION's default)" if about["schedule"] == "default" else " (shortened; RELION's default is 50 + 200 + 50)"), flush=True)
    rows = []
    for seed in a.seeds:
        print(f"seed {seed}", flush=True)
        for key, step in steps(a, star, part, f"{work}/seed{seed}", seed, cryospin).items():
            # CryoSpin's run on a part is what auto-refine of that part stands against.
            runs = (key if key != "ours-part" else "refine") in a.steps and not a.only_report
            if runs and key == "refine" and not os.path.exists(step.reference):
                raise ValueError(f"auto-refine starts from {step.reference}, which does not exist: run the step 'initial' first")
            figures = step.run(os.path.dirname(star)) if runs else step.result()
            if figures is None:
                continue
            rows.append(scores.scored(a, seed, key, step.folder, figures))
            # After every step, so that a run that is stopped leaves a table of what it has.
            report.write(work, about, rows, a.docs)
    if not rows:
        raise ValueError(f"nothing is finished under {work}")
    print(report.table(about, rows))
    print(f"{work}/results.jsonl and {work}/table.md hold the figures")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError, RuntimeError) as e:
        sys.exit(f"peers: {e}")
    except Interrupted:
        print("peers: stopped; the same command goes on from here", file=sys.stderr)
        sys.exit(130)
