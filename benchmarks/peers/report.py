"""JSON lines and the Markdown table of a comparison."""
import json
import os
import statistics

BEGIN, END = "<!-- table: begin, written by benchmarks -->", "<!-- table: end -->"
NAMES = {"ours": "CryoSpin", "ours-part": "CryoSpin", "initial": "RELION InitialModel", "refine": "RELION auto-refine"}


def write(work, about, rows, docs=None):
    """Writes results.jsonl and table.md into the working folder, and the table into a document."""
    with open(os.path.join(work, "results.jsonl"), "w") as f:
        for row in rows:
            f.write(json.dumps({"about": about} | {k: v for k, v in row.items() if k not in ("starts_unix", "earlier")}) + "\n")
    text = table(about, rows)
    with open(os.path.join(work, "table.md"), "w") as f:
        f.write(text + "\n")
    if docs:
        between_markers(docs, text)


def between_markers(path, text):
    """Replaces what stands between the marker lines of a document."""
    with open(path) as f:
        old = f.read()
    if BEGIN not in old or END not in old:
        raise ValueError(f"{path} has no lines '{BEGIN}' and '{END}'")
    head, tail = old.split(BEGIN, 1)[0], old.split(END, 1)[1]
    with open(path + ".new", "w") as f:
        f.write(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}")
    os.replace(path + ".new", path)


def markdown(header, lines):
    return "\n".join(["| " + " | ".join(c) + " |" for c in [header, ["---"] * len(header)] + lines])


def _clock(seconds):
    s = round(seconds)
    return f"{s} s" if s < 120 else f"{s // 60} min {s % 60:02d} s" if s < 7200 else f"{s // 3600} h {s % 3600 // 60:02d} min"


def _resolution(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _name(row, about):
    part = about.get("refine_images") if row["key"] in ("ours-part", "refine") else None
    return NAMES[row["key"]] + (f", {part:,} images" if part else "")


def _line(row, about):
    scorer = row["scorer"] or {}
    pose = [f"{scorer['median_deg']:.2f}", f"{100 * scorer['within10']:.1f} %", _resolution(scorer["fsc05_A"])] if scorer else ["-"] * 3
    return [_name(row, about), str(row["seed"]), _clock(row["wall_s"]), f"{row['cpu_s']:,.0f}", f"{row['peak_bytes'] / 2**20:,.0f}",
            *pose, _resolution(row["masked"]["fsc05_A"])]


def table(about, rows):
    m, v = about["machine"], about["versions"]
    sgd = " + ".join(map(str, about["sgd"]))
    shortened = about["schedule"] != "default"
    out = [
        f"Stack {about['stack']}: {about['images']:,} images, {about['pixel']:g} A/px, box {about['width']:.0f} A. "
        f"{m['processor']}, {about['threads']} threads of {m['cores']} cores, {m['memory_gib']:g} GiB. "
        f"{v['cryospin']}; {v.get('relion', 'RELION')}.",
        f"SGD iterations of InitialModel: {sgd}"
        + (f", stopped after iteration {about['stop_after']}" if about.get("stop_after") else "") + f", {about['sgd_images']:,} image visits"
        + (f" (**shortened**; RELION's default is 50 + 200 + 50, {about['default_sgd_images']:,} visits)."
           if shortened else " (RELION's default).")
        + (f" Auto-refine of the first {about['refine_images']:,} images alone (**shortened**)." if about.get("refine_images") else "")
        + (f" Its local searches begin at HEALPix order {about['local_order']} (**shortened**; RELION's default is {about['default_local_order']})."
           if about.get("local_order", 4) != about.get("default_local_order", 4) else "")
        + f" Load of the machine before each step: {', '.join(str(r.get('load_before', 'not known')) for r in rows)}.",
        markdown(["program", "seed", "wall time", "processor time, s", "peak memory, MiB", "median error, degrees", "within 10 degrees",
                  "FSC 0.5, A", "FSC 0.5 in the mask, A"], [_line(r, about) for r in rows])]
    seeds = sorted({r["seed"] for r in rows})
    by = {(r["seed"], r["key"]): r for r in rows}
    ratios = [line for s in seeds for line in _ratios(by, s, about, shortened)]
    if ratios:
        out += ["Ratios, RELION's figure over CryoSpin's (above 1: CryoSpin needs less):", markdown(
            ["seed", "of", "wall time", "processor time", "RELION reached, A", "CryoSpin's map, A"], ratios + _medians(ratios))]
    progress = [line for s in seeds for line in _progress(by, s)]
    if progress:
        out += ["RELION on its way, seed by seed: FSC 0.5 of the written maps with the truth, within the mask.", markdown(
            ["seed", "job", "iteration", "wall time", "processor time, s", "FSC 0.5, A"], progress)]
    return "\n\n".join(out)


def _ratios(by, seed, about, shortened):
    ours, ini, fine = (by.get((seed, k)) for k in ("ours", "initial", "refine"))
    part = by.get((seed, "ours-part"))
    if part and fine:
        # Without the initial model that auto-refine began with: it is of all images.
        yield [str(seed), f"auto-refine of {about['refine_images']:,} images alone", f"{fine['wall_s'] / part['wall_s']:.1f}",
               f"{fine['cpu_s'] / part['cpu_s']:.1f}", _resolution(fine["masked"]["fsc05_A"]), _resolution(part["masked"]["fsc05_A"])]
    if not ours:
        return
    def line(what, wall, cpu, reached):
        return [str(seed), what, f"{wall / ours['wall_s']:.1f}", f"{cpu / ours['cpu_s']:.1f}",
                _resolution(reached), _resolution(ours["masked"]["fsc05_A"])]
    if ini:
        reached = ini["masked"]["fsc05_A"]
        yield line("initial model", ini["wall_s"], ini["cpu_s"], reached)
        first = next((p for p in ini["progress"] if p["fsc05_A"] <= 1.05 * reached), None)
        if first:
            yield line(f"initial model, first within 5 % of its last map (iteration {first['iteration']})",
                       first["wall_s"], first["cpu_s"], first["fsc05_A"])
        if shortened:
            scale = about["default_sgd_images"] / about["sgd_images"]
            yield line("initial model, scaled to the default's image visits (estimate)",
                       scale * ini["wall_s"], scale * ini["cpu_s"], reached)
    if ini and fine and not about.get("refine_images"):
        yield line("initial model and auto-refine", ini["wall_s"] + fine["wall_s"], ini["cpu_s"] + fine["cpu_s"], fine["masked"]["fsc05_A"])


def _medians(ratios):
    """Medians over the seeds of the ratios that mean the same for each."""
    groups = {}
    for r in ratios:
        groups.setdefault(r[1].partition(" (iteration")[0], []).append(r)
    if max(len(g) for g in groups.values()) < 2:
        return []
    median = lambda g, i: f"{statistics.median(float(r[i]) for r in g):.1f}"
    return [["median", name, median(g, 2), median(g, 3), median(g, 4), median(g, 5)] for name, g in groups.items()]


def _progress(by, seed):
    for key in ("initial", "refine"):
        row = by.get((seed, key))
        points = row["progress"] if row else []
        # At most a dozen lines per job; all points are in results.jsonl.
        keep = points[::max(1, len(points) // 12)] if points else []
        if points and points[-1] not in keep:
            keep = keep + [points[-1]]
        for p in keep:
            yield [str(seed), NAMES[key].split()[-1], str(p["iteration"]), _clock(p["wall_s"]), f"{p['cpu_s']:,.0f}",
                   _resolution(p["fsc05_A"])]
