"""Scores of finished steps: the independent scorer's, and the maps' FSC with the truth against time."""
import json
import os
import subprocess
import sys

import maps
import relion
from measured_process import cpu_at

OUTPUTS = {  # of each step: poses, map; those of the initial model carry the number of its last iteration
    "ours": ("result/particles.star", "result/map.mrc"),
    "ours-part": ("result/particles.star", "result/map.mrc"),
    "refine": ("run_data.star", "run_class001.mrc"),
}
PROGRESS = {"initial": "class001.mrc", "refine": "half1_class001.mrc"}


def scored(a, seed, key, folder, figures):
    """Figures of a finished step with its scores; the scores are kept in the folder, since aligning maps takes a minute."""
    poses, density = _outputs(key, folder)
    path = os.path.join(folder, "scores.json")
    stored = {}
    if os.path.exists(path):
        with open(path) as f:
            stored = json.load(f)
    if not stored or (stored["scorer"] is None and os.path.isfile(a.scorer)):
        truth, pixel = maps.read_map(os.path.join(a.folder, "truth.mrc"))
        comparison = maps.Comparison(truth, pixel, a.mask_diameter)
        final = comparison.align(maps.read_map(density)[0])
        curve = ours_progress(folder, figures) if key.startswith("ours") else relion_progress(key, folder, figures, comparison, final)
        stored = {"scorer": _independent(a, poses, density), "masked": final, "progress": curve}
        with open(path + ".new", "w") as f:
            json.dump(stored, f, indent=1)
        os.replace(path + ".new", path)
    return {"seed": seed, "key": key} | figures | stored


def _outputs(key, folder):
    if key != "initial":
        pair = OUTPUTS[key]
    else:
        last = relion.iterations(folder, "class001.mrc")[-1][0]
        pair = (f"run_it{last:03d}_data.star", f"run_it{last:03d}_class001.mrc")
    paths = [os.path.join(folder, p) for p in pair]
    for p in paths:
        if not os.path.isfile(p):
            raise FileNotFoundError(f"{p} should have been written by the finished step; see {folder}/output.log")
    return paths


def _independent(a, poses, density):
    """What the scorer says, or None where it is absent or cannot run (it needs SciPy and mrcfile)."""
    if not os.path.isfile(a.scorer):
        print(f"  the scorer {a.scorer} is absent: pose errors are left out", flush=True)
        return None
    done = subprocess.run(
        [sys.executable, a.scorer, poses, os.path.join(a.folder, "truth.star"), "--map", density,
         "--truth-map", os.path.join(a.folder, "truth.mrc"), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        message = (done.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"  the scorer failed ({message}): pose errors are left out", flush=True)
        return None
    return json.loads(done.stdout)


def relion_progress(key, folder, figures, comparison, final):
    """FSC 0.5 with the truth of every written map, with the time when it was written."""
    out = []
    for iteration, path in relion.iterations(folder, PROGRESS[key]):
        if iteration == 0:
            continue
        wall, cpu = _time_of(folder, figures, os.path.getmtime(path))
        # Rotation and hand of the end are a good start: the frame settles early. What is found is still refined.
        r = comparison.align(maps.read_map(path)[0], final)
        out.append({"iteration": iteration, "wall_s": wall, "cpu_s": cpu, "fsc05_A": r["fsc05_A"], "fsc0143_A": r["fsc0143_A"]})
    return out


def _time_of(folder, figures, written):
    """Wall and processor seconds of a step, all its attempts together, when a file was written."""
    starts = figures["starts_unix"]
    k = max([i for i, s in enumerate(starts) if s <= written + 1], default=0)
    wall = sum(e["wall_s"] for e in figures.get("earlier", [])[:k])
    cpu = sum(e["cpu_s"] for e in figures.get("earlier", [])[:k])
    here = written - starts[k]
    return round(wall + here, 1), round(cpu + cpu_at(os.path.join(folder, f"samples{k}.jsonl"), here), 1)


def ours_progress(folder, figures):
    """The run's own records: resolution of the band, and in auto-decoding of the half-maps, with the time of each."""
    with open(os.path.join(folder, "result", "metrics.jsonl")) as f:
        records = [json.loads(line) for line in f if line.strip()]
    # The run's clock starts after the program's start; its last record is about as far from the end as the final map took.
    with open(os.path.join(folder, "result", "run.json")) as f:
        inside = sum(p["seconds"] for p in json.load(f)["phaseTimes"])
    lead = max(0.0, figures["wall_s"] - inside)
    out = []
    for r in records:
        wall = r["elapsedSeconds"] + lead
        out.append({"phase": r["phase"], "wall_s": round(wall, 1), "cpu_s": round(cpu_at(os.path.join(folder, "samples0.jsonl"), wall), 1),
                    "resolution_A": r["resolutionAngstrom"]})
    return out
