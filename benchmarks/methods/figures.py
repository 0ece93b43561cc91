"""The figures of all runs: a CSV file with a row a run, and the tables made of it."""
import csv
import json
import os
from typing import NamedTuple

from report import markdown

METHODS = ["cryospin", "cryodrgn-ai", "cryodrgn2", "cryosparc", "cryoai", "cryospin-amortized"]
MOLECULES = {"phantom": ("Phantom", 8), "spike": ("Spike", 8.52), "groel": ("GroEL/ES", 9)}  # name, Nyquist in angstrom
PLACEMENTS = {"centred": "centred", "shifts": "shifts of up to 3 pixels"}
SNRS = ["0.1", "0.05", "0.02"]

# Those of compare's runs.csv by its names, between what tells a run and how it was run.
RUN = ["mean_rotation_error_degrees", "median_rotation_error_degrees", "share_within_10_degrees", "resolution_truth_fsc_0.5_angstrom",
       "resolution_half_maps_fsc_0.143_angstrom", "time_seconds", "processor_time_seconds", "peak_memory_bytes"]
COLUMNS = ["molecule", "placement", "snr", "method", "seed"] + RUN + ["threads", "version"]


class DataSet(NamedTuple):
    molecule: str
    placement: str
    snr: str

    @property
    def name(self):
        return "-".join(self)

    @staticmethod
    def parse(text):
        words = text.split("-")
        if len(words) != 3 or words[0] not in MOLECULES or words[1] not in PLACEMENTS or words[2] not in SNRS:
            raise ValueError(f"no data set {text}: one is MOLECULE-PLACEMENT-SNR of {', '.join(MOLECULES)}; {', '.join(PLACEMENTS)}; {', '.join(SNRS)}")
        return DataSet(*words)


ALL_SETS = [DataSet(m, p, s) for s in SNRS for m in MOLECULES for p in PLACEMENTS]


def key(data_set, method, seed):
    return (*data_set, method, int(seed))


def _order(k):
    return (list(MOLECULES).index(k[0]), list(PLACEMENTS).index(k[1]), SNRS.index(k[2]), METHODS.index(k[3]), k[4])


def read(path):
    """The rows of the file by key; none if there is no file."""
    if not os.path.exists(path):
        return {}
    with open(path, newline="") as f:
        reader = csv.DictReader(f)
        if reader.fieldnames != COLUMNS:
            raise ValueError(f"{path} has the columns {reader.fieldnames}, not {COLUMNS}")
        return {key(DataSet(r["molecule"], r["placement"], r["snr"]), r["method"], r["seed"]): r for r in reader}


def write(path, rows):
    with open(path + ".new", "w", newline="") as f:
        writer = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[k] for k in sorted(rows, key=_order))
    os.replace(path + ".new", path)


def of_run(folder, data_set, method, seed):
    """The row of a finished run in a folder of compare."""
    with open(os.path.join(folder, "runs.csv"), newline="") as f:
        run = next((r for r in csv.DictReader(f) if r["method"] == method and r["seed"] == str(seed)), None)
    if run is None or run["status"] != "finished":
        raise RuntimeError(f"{folder}/runs.csv has no finished run of {method} with seed {seed}")
    with open(os.path.join(folder, run["folder"], "run.json")) as f:
        record = json.load(f)
    words = record["command"].split()
    threads = words[words.index("--threads") + 1]
    return {"molecule": data_set.molecule, "placement": data_set.placement, "snr": data_set.snr, "method": method, "seed": seed,
            **{c: _short(run[c]) for c in RUN}, "threads": threads, "version": record["version"]}


def _short(text):
    """Six digits: more than any figure here means."""
    return f"{float(text):.6g}" if "." in text else text


def tables(rows):
    """A table for each molecule and placement; a line for each method and SNR, with the figures of all seeds."""
    out = []
    for molecule, (title, nyquist) in MOLECULES.items():
        for placement, words in PLACEMENTS.items():
            lines = [_line(rows, DataSet(molecule, placement, snr), m) for snr in SNRS for m in METHODS]
            out.append(f"### {title}, {words} (Nyquist {nyquist} Å)")
            out.append(markdown(["SNR", "method", "mean error, degrees", "within 10 degrees, %", "FSC 0.5 with the truth, Å", "time, s",
                                 "processor time, s", "memory, MiB"], [x for x in lines if x]))
    return "\n\n".join(out)


def _line(rows, data_set, method):
    """None if no seed was run."""
    seeds = sorted(k[-1] for k in rows if k[:-1] == (*data_set, method))
    if not seeds:
        return None
    runs = [rows.get(key(data_set, method, seed)) for seed in range(1, seeds[-1] + 1)]

    def cell(column, digits, factor=1):
        return ", ".join(f"{float(r[column]) * factor:.{digits}f}" if r and r[column] else "–" for r in runs)

    memory = max(float(r["peak_memory_bytes"]) for r in runs if r and r["peak_memory_bytes"])
    return [data_set.snr, f"`{method}`", cell(RUN[0], 2), cell(RUN[2], 1, 100), cell(RUN[3], 2), cell(RUN[5], 0), cell(RUN[6], 0),
            f"{memory / 2**20:.0f}"]
