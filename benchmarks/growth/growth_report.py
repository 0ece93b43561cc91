"""JSON lines, table, plot and extrapolation of the growth measurement."""
import json
import os

import chart
import fits
from report import between_markers, markdown

TARGET_IMAGES, TARGET_BOX = 1_000_000, 256


def write(work, a, machine, rows, docs):
    with open(os.path.join(work, "results.jsonl"), "w") as f:
        f.writelines(json.dumps(r) + "\n" for r in rows)
    body = text(a, machine, rows)
    with open(os.path.join(work, "table.md"), "w") as f:
        f.write(body + "\n")
    plot = os.path.join(work, "growth.svg")
    chart.write(plot, panels(a, rows))
    if docs:
        beside = os.path.join(os.path.dirname(os.path.abspath(docs)), "growth.svg")
        chart.write(beside, panels(a, rows))
        between_markers(docs, body + "\n\n![Time and memory against images, box and threads](growth.svg)")


def series(a, rows):
    """The points in images, in box, in threads and in --max-memory, each in order."""
    plain = [r for r in rows if not r["max_memory"]]
    usual = [r for r in plain if r["threads"] == a.threads]
    small = [r for r in plain if r["images"] == a.box_images and r["box"] == a.box]
    return (
        sorted((r for r in usual if r["box"] == a.box and r["images"] in a.images), key=lambda r: r["images"]),
        sorted((r for r in usual if r["images"] == a.box_images and r["box"] in a.boxes), key=lambda r: r["box"]),
        sorted((r for r in small if r["threads"] in a.thread_counts), key=lambda r: r["threads"]),
        [r for r in rows if r["max_memory"]])


def panels(a, rows):
    images, boxes, threads, _ = series(a, rows)
    out = []
    if images:
        phases = list(dict.fromkeys(p for r in images for p in r["phases"]))
        lines = [("whole run", [(r["images"], r["wall_s"]) for r in images])]
        lines += [(p, [(r["images"], r["phases"][p]) for r in images if r["phases"].get(p, 0) > 0]) for p in phases]
        out.append((f"Time against images, box {a.box}", "images", "seconds", [s for s in lines if s[1]], [r["images"] for r in images]))
        out.append((f"Peak memory against images, box {a.box}", "images", "MiB",
                    [("", [(r["images"], r["peak_bytes"] / 2**20) for r in images])], [r["images"] for r in images]))
    if boxes:
        out.append((f"Time against box, {a.box_images:,} images", "box, pixels", "seconds",
                    [("", [(r["box"], r["wall_s"]) for r in boxes])], [r["box"] for r in boxes]))
    if threads:
        out.append((f"Time against threads, {a.box_images:,} images, box {a.box}", "threads", "seconds",
                    [("", [(r["threads"], r["wall_s"]) for r in threads])], [r["threads"] for r in threads]))
    return out


def _row(r, phases):
    accuracy = r["accuracy"]
    return [f"{r['images']:,}", str(r["box"]), str(r["threads"]), r["max_memory"] or "-", f"{r['wall_s']:.1f}",
            f"{r['wall_s'] * 1e4 / r['images']:.1f}", f"{r['cpu_s']:.1f}", f"{r['peak_bytes'] / 2**20:,.0f}",
            f"{accuracy['medianRotationErrorDegrees']:.2f}", f"{100 * accuracy['within10Degrees']:.1f} %",
            f"{accuracy['fsc05Angstrom']:.2f} / {accuracy['nyquistAngstrom']:.2f}"] + [f"{r['phases'].get(p, 0):.1f}" for p in phases]


def text(a, machine, rows):
    images, boxes, threads, _ = series(a, rows)
    phases = list(dict.fromkeys(p for r in rows for p in r["phases"]))
    ordered = sorted(rows, key=lambda r: (r["max_memory"] or "", r["threads"] != a.threads, r["box"] != a.box, r["box"], r["images"]))
    source = f"stack {os.path.basename(os.path.abspath(a.stack))} at box {a.box}, else " if a.stack else ""
    load = max(r["load_before"] for r in rows)
    out = [f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']:g} GiB. "
           f"{', '.join(sorted({r['version'] for r in rows}))}. Images: {source}simulated from {os.path.basename(a.model)}, "
           f"{a.width:g} A wide boxes, SNR 0.1, seed {a.seed}. Greatest load of the machine before a run: {load:g}.",
           markdown(["images", "box", "threads", "--max-memory", "wall time, s", "s per 10,000 images", "processor time, s",
                     "peak memory, MiB", "median error, degrees", "within 10 degrees", "FSC 0.5 / Nyquist, A"]
                    + [f"{p}, s" for p in phases],
                    [_row(r, phases) for r in ordered])]
    out += _slopes(images, boxes, threads, phases)
    out += _extrapolation(a, images, boxes, rows)
    return "\n\n".join(out)


def _slopes(images, boxes, threads, phases):
    lines = []
    for what, key, points in (("images", "images", images), ("box", "box", boxes)):
        if len(points) < 2:
            continue
        value = lambda get: "-" if (s := fits.slope([(r[key], get(r)) for r in points])) is None else f"{s:.2f}"
        lines.append([what, f"{points[0][key]:,} to {points[-1][key]:,}", value(lambda r: r["wall_s"]), value(lambda r: r["cpu_s"]),
                      value(lambda r: r["peak_bytes"])] + [value(lambda r, p=p: r["phases"].get(p, 0)) for p in phases])
    out = []
    if lines:
        out += ["Slope of the log-log fit (1: linear, below 1: sublinear):", markdown(
            ["against", "range", "wall time", "processor time", "peak memory"] + list(phases), lines)]
    if len(threads) > 1:
        one, most = threads[0], threads[-1]
        out.append(f"Threads: {most['threads']} instead of {one['threads']} take {most['wall_s'] / one['wall_s']:.2f} of the wall time "
                   f"({one['wall_s'] / most['wall_s']:.2f} times as fast).")
    return out


def _extrapolation(a, images, boxes, rows):
    if len(images) < 2 or len(boxes) < 2:
        return ["An extrapolation needs two points in images and two in box."]
    as_points = lambda rs: [(r["images"], r["box"], r["phases"]) for r in rs]
    models = fits.phase_models(as_points(images), as_points(boxes), a.box)
    m0, m1, m2 = fits.memory_model([(r["images"], r["box"], r["peak_bytes"]) for r in images + boxes])
    scale = lambda p: (TARGET_BOX / a.box) ** p
    lines, total = [], 0.0
    for name, c, per_image, p in models:
        seconds = (c + per_image * TARGET_IMAGES) * scale(p)
        total += seconds
        lines.append([name, f"{c:.3g}", f"{per_image * 1e4:.3g}", f"{p:.2f}", f"{seconds / 3600:.2f}"])
    error = lambda r: abs(sum((c + k * r["images"]) * (r["box"] / a.box) ** p for _, c, k, p in models) / sum(r["phases"].values()) - 1)
    worst = max(error(r) for r in images + boxes)
    held = m0 + m1 * TARGET_IMAGES * TARGET_BOX**2 + m2 * TARGET_BOX**3
    least = m0 + m2 * TARGET_BOX**3
    return [
        f"**{TARGET_IMAGES:,} images of {TARGET_BOX} x {TARGET_BOX}, extrapolated, {a.threads} threads: {total / 3600:.1f} h.** "
        f"Model: each phase takes (c + a * images) * (box / {a.box})^p seconds; c and a are fitted to the points in images, p to those "
        f"in box (never below 0). It misses the measured sums of phases by at most {100 * worst:.0f} %. It stands "
        f"{TARGET_IMAGES / images[-1]['images']:.0f} times beyond the largest measured number of images and "
        f"{TARGET_BOX / boxes[-1]['box']:.2f} times beyond the largest box: an estimate, not a measurement.",
        markdown(["phase", "c, s", "a, s per 10,000 images", "p", "extrapolated, h"], lines),
        f"Memory, all images held: {m0 / 2**20:.0f} MiB + {m1:.2f} bytes * images * box^2 + {m2:.1f} bytes * box^3, "
        f"which makes {held / 2**30:.0f} GiB; without the images' term {least / 2**30:.1f} GiB."]
