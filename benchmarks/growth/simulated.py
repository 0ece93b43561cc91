"""Simulated stacks of the growth measurement, subsets of them, and the accuracy of a run on one."""
import json
import os
import re
import shutil
import subprocess


class Stacks:
    """One simulated stack per box, with as many images as the largest point needs; smaller points take its first images."""

    def __init__(self, arguments, work, cryospin):
        self._a, self._work, self._cryospin = arguments, work, cryospin

    def star(self, box, images, most):
        """The star file of the first `images` images at a box; makes the stack of `most` images where it is missing."""
        if self._a.stack and box == self._a.box:
            folder = self._a.stack
        else:
            folder = self._simulate(box, most)
        whole = os.path.join(folder, "particles.star")
        with open(whole) as f:
            lines = f.read().splitlines()
        rows = [i for i, line in enumerate(lines) if re.search(r"(^|\s)\d+@\S+", line)]
        if len(rows) < images:
            raise ValueError(f"{whole} has {len(rows)} images; a point of {images} was asked for")
        if len(rows) == images:
            return os.path.abspath(whole)
        subset = os.path.join(self._work, "subsets", f"box{box}-n{images}.star")
        os.makedirs(os.path.dirname(subset), exist_ok=True)
        dropped = set(rows[images:])
        absolute = lambda line: re.sub(r"((?:^|\s)\d+@)(?!/)", lambda m: m[1] + os.path.abspath(folder) + "/", line)
        with open(subset, "w") as f:
            f.writelines(absolute(line) + "\n" for i, line in enumerate(lines) if i not in dropped)
        return subset

    def truth(self, box):
        """Folder with truth.star and truth.mrc of a box."""
        return self._a.stack if self._a.stack and box == self._a.box else self._folder(box)

    def remove(self, box):
        shutil.rmtree(self._folder(box), ignore_errors=True)

    def _folder(self, box):
        return os.path.join(self._work, "data", f"box{box}")

    def _simulate(self, box, images):
        a, folder = self._a, self._folder(box)
        stamp = os.path.join(folder, "images")
        if os.path.exists(stamp):
            with open(stamp) as f:
                if int(f.read()) >= images:
                    return folder
        shutil.rmtree(folder, ignore_errors=True)
        free, needed = shutil.disk_usage(self._work).free, images * box * box * 4
        if free < 1.1 * needed:
            raise ValueError(
                f"{self._work} has {free / 2**30:.1f} GiB left; the stack of {images} x {box}^2 needs {needed / 2**30:.1f} GiB")
        command = self._cryospin + [
            "simulate", a.model, "-o", folder, "--particles", str(images), "--box", str(box), "--pixel-size", f"{a.width / box:.6g}",
            "--max-shift", f"{a.max_shift_fraction * box:.4g}", "--seed", str(a.seed)]
        print(f"making {images} images of box {box}", flush=True)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout.strip()}")
        with open(stamp, "w") as f:
            f.write(str(images))
        return folder


def accuracy(cryospin, result, truth):
    """What `cryospin evaluate` says of a run's poses and map (its JSON object)."""
    command = cryospin + ["evaluate", result, "--json", "--truth-poses", os.path.join(truth, "truth.star"),
                          "--truth-map", os.path.join(truth, "truth.mrc")]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr.strip()}")
    found = json.loads(done.stdout)
    return {k: found.get(k) for k in ("medianRotationErrorDegrees", "within10Degrees", "fsc05Angstrom", "nyquistAngstrom")}
