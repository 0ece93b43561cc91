"""Line charts as plain SVG: measured points on logarithmic axes, readable in print and without colour (marks differ)."""
import math

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 380, 300, 62, 46, 30, 14
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444", "#999999")


def _ticks(low, high):
    """1, 2 and 5 times powers of ten within the range, and the range's ends widened to them."""
    steps = [m * 10.0**e for e in range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2) for m in (1, 2, 5)]
    below = max(s for s in steps if s <= low * 1.0001)
    above = min(s for s in steps if s >= high * 0.9999)
    if below == above:
        above = steps[steps.index(above) + 1]
    return [s for s in steps if below <= s <= above]


def _label(value):
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


def _mark(index, x, y, colour):
    kind = index % 4
    if kind == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    if kind == 1:
        return f'<rect x="{x - 3.2:.1f}" y="{y - 3.2:.1f}" width="6.4" height="6.4" fill="{colour}"/>'
    if kind == 2:
        return f'<path d="M{x:.1f} {y - 4:.1f}L{x + 4:.1f} {y + 3:.1f}H{x - 4:.1f}Z" fill="{colour}"/>'
    return f'<path d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6" stroke="{colour}" stroke-width="2"/>'


def _panel(title, x_name, y_name, series, x_ticks):
    points = [p for _, line in series for p in line]
    xs = x_ticks or _ticks(min(p[0] for p in points), max(p[0] for p in points))
    ys = _ticks(min(p[1] for p in points), max(p[1] for p in points))
    x_span = math.log(xs[-1] / xs[0]) or 1.0
    # Several lines are named at their ends, which needs room there.
    right = WIDTH - (95 if len(series) > 1 else RIGHT)
    place_x = lambda v: LEFT + (right - LEFT) * (math.log(v / xs[0]) / x_span if len(xs) > 1 else 0.5)
    place_y = lambda v: HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * math.log(v / ys[0]) / math.log(ys[-1] / ys[0])
    out = [f'<text x="{LEFT}" y="18" font-weight="bold">{title}</text>']
    for v in xs:
        out.append(f'<path d="M{place_x(v):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
                   f'<text x="{place_x(v):.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{_label(v)}</text>')
    for v in ys:
        out.append(f'<path d="M{LEFT} {place_y(v):.1f}H{right}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{place_y(v) + 4:.1f}" text-anchor="end">{_label(v)}</text>')
    out.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{x_name}</text>'
               f'<text transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{y_name}</text>')
    for i, (name, line) in enumerate(series):
        colour = COLOURS[i % len(COLOURS)]
        path = "L".join(f"{place_x(x):.1f} {place_y(y):.1f}" for x, y in line)
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        out += [_mark(i, place_x(x), place_y(y), colour) for x, y in line]
    if len(series) > 1:
        out += _names([(name, place_y(line[-1][1])) for name, line in series], right + 8)
    return "\n".join(out)


def _names(ends, x):
    """Names beside the lines' ends, moved apart where they would overlap."""
    out, above = [], -math.inf
    for name, y in sorted(ends, key=lambda e: e[1]):
        above = max(y + 4, above + 12)
        out.append(f'<text x="{x}" y="{above:.1f}">{name}</text>')
    return out


def write(path, panels):
    """Writes panels side by side, two in a row; each is (title, x name, y name, [(series, [(x, y)])], x ticks or None)."""
    columns = min(2, len(panels))
    rows = -(-len(panels) // 2)
    with open(path, "w") as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns * WIDTH} {rows * HEIGHT}" '
                f'width="{columns * WIDTH}" height="{rows * HEIGHT}" font-family="sans-serif" font-size="11">\n'
                f'<rect width="100%" height="100%" fill="white"/>\n')
        for i, panel in enumerate(panels):
            f.write(f'<g transform="translate({i % 2 * WIDTH} {i // 2 * HEIGHT})">\n{_panel(*panel)}\n</g>\n')
        f.write("</svg>\n")
