"""The stack both programs read: a copy RELION 3.1 can read (32-bit floats), optionally of the first images only."""
import os

import maps


def _tables(lines):
    """For every line of a star file: its table's column names if it is a row, else None."""
    columns, in_header = [], False
    for line in lines:
        text = line.strip()
        if text.startswith(("data_", "loop_")):
            columns, in_header = [], True
            yield None
        elif text.startswith("_"):
            if not in_header:
                columns, in_header = [], True
            columns = columns + [text.split()[0][1:]]
            yield None
        elif not text or text.startswith("#"):
            yield None
        else:
            in_header = False
            yield columns


def prepare(star, folder, subset=None):
    """Writes folder/particles.star and its stacks; returns the star's path and what the table holds."""
    with open(star) as f:
        lines = f.read().splitlines()
    out, stacks, count, diameter_limit, pixel = [], {}, 0, None, None
    for line, columns in zip(lines, _tables(lines)):
        if columns and "rlnImageName" in columns:
            words = line.split()
            at = columns.index("rlnImageName")
            index, _, stack = words[at].partition("@")
            path = stack if os.path.isabs(stack) else os.path.join(os.path.dirname(os.path.abspath(star)), stack)
            name = os.path.basename(stack)
            if stacks.setdefault(name, path) != path:
                raise ValueError(f"{star}: two stacks are both called {name}")
            count += 1
            if subset is not None and count > subset:
                continue
            words[at] = f"{index}@{name}"
            line = " ".join(words)
        elif columns and "rlnImagePixelSize" in columns and "rlnImageSize" in columns:
            words = line.split()
            pixel = float(words[columns.index("rlnImagePixelSize")])
            diameter_limit = pixel * int(float(words[columns.index("rlnImageSize")]))
        out.append(line)
    if count == 0:
        raise ValueError(f"{star} has no table with rlnImageName")
    if subset is not None and subset > count:
        raise ValueError(f"{star} has {count} images; a subset of {subset} cannot be taken")
    if pixel is None:
        raise ValueError(f"{star} has no optics table with rlnImagePixelSize and rlnImageSize (RELION 3.1)")
    for name, path in stacks.items():
        if not os.path.isfile(path):
            raise FileNotFoundError(f"the stack {path}, named in {star}, does not exist")
    os.makedirs(folder, exist_ok=True)
    for name, path in stacks.items():
        target = os.path.join(folder, name)
        if os.path.exists(target):
            continue
        if maps.read_header(path)[3] == 12:
            maps.float32_copy(path, target + ".new")
            os.replace(target + ".new", target)
        else:
            os.symlink(os.path.abspath(path), target)
    result = os.path.join(folder, "particles.star")
    with open(result + ".new", "w") as f:
        f.write("\n".join(out) + "\n")
    os.replace(result + ".new", result)
    return result, {"images": count if subset is None else subset, "pixel": pixel, "width": diameter_limit}
