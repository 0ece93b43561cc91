"""MRC files, Fourier shell correlation and the alignment of two maps (rotation, shift and hand), with NumPy alone.

Maps are [z][y][x]; a rotation R maps (x, y, z). Alignment takes no poses, so it also serves the maps in the middle of a run.
"""
import numpy as np

MODES = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2"}


def read_header(path):
    """(nx, ny, nz, mode, offset of the data, pixel size in angstrom, byte order) of an MRC file."""
    with open(path, "rb") as f:
        h = f.read(1024)
    if len(h) < 1024:
        raise ValueError(f"{path} is shorter than an MRC header")
    order = "<" if 0 <= int.from_bytes(h[12:16], "little") <= 255 else ">"
    n = np.frombuffer(h, order + "i4", 24)
    cell = np.frombuffer(h, order + "f4", 3, 40)
    if int(n[3]) not in MODES:
        raise ValueError(f"{path}: MRC mode {n[3]} is not supported here")
    return int(n[0]), int(n[1]), int(n[2]), int(n[3]), 1024 + int(n[23]), float(cell[0]) / max(1, int(n[7])), order


def open_mrc(path):
    """The data of an MRC file, [z][y][x], as stored and left on disk; and its pixel size."""
    nx, ny, nz, mode, offset, pixel, order = read_header(path)
    return np.memmap(path, order + MODES[mode], "r", offset, (nz, ny, nx)), pixel


def read_map(path):
    data, pixel = open_mrc(path)
    return np.array(data, np.float32), pixel


def float32_copy(source, target):
    """Copies a stack as mode 2; RELION 3.1 reads no 16-bit floats."""
    data, pixel = open_mrc(source)
    header = bytearray(1024)
    n = data.shape
    np.frombuffer(header, "<i4", 10)[:] = (n[2], n[1], n[0], 2, 0, 0, 0, n[2], n[1], n[0])
    np.frombuffer(header, "<f4", 6, 40)[:] = (n[2] * pixel, n[1] * pixel, n[0] * pixel, 90, 90, 90)
    np.frombuffer(header, "<i4", 3, 64)[:] = (1, 2, 3)
    header[208:216] = b"MAP \x44\x44\x00\x00"
    with open(target, "wb") as f:
        f.write(header)
        for start in range(0, n[0], 1000):
            f.write(np.ascontiguousarray(data[start:start + 1000], "<f4").tobytes())


def soft_sphere(box, diameter_px, edge_px=5):
    c = np.arange(box) - box // 2
    r = np.sqrt(c[:, None, None] ** 2 + c[None, :, None] ** 2 + c[None, None, :] ** 2)
    return (0.5 + 0.5 * np.cos(np.pi * np.clip((r - diameter_px / 2) / edge_px, 0, 1))).astype(np.float32)


def mirrored(volume):
    """The other hand: z reversed about the centre voxel."""
    return np.roll(volume[::-1], 1, 0) if volume.shape[0] % 2 == 0 else volume[::-1]


def rotations(count):
    """Rotations spread evenly (super-Fibonacci spirals, Alexa, CVPR 2022)."""
    s = np.arange(count) + 0.5
    r, big_r = np.sqrt(s / count), np.sqrt(1 - s / count)
    a, b = 2 * np.pi * s / np.sqrt(2), 2 * np.pi * s / 1.533751168755204288118041
    return quaternion_matrices(np.stack([r * np.sin(a), r * np.cos(a), big_r * np.sin(b), big_r * np.cos(b)], -1))


def quaternion_matrices(q):
    w, x, y, z = np.moveaxis(q / np.linalg.norm(q, axis=-1, keepdims=True), -1, 0)
    return np.stack([
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1).reshape(q.shape[:-1] + (3, 3))


def turn(vector):
    """Rotation by a rotation vector in degrees."""
    v = np.radians(np.asarray(vector, float))
    angle = np.linalg.norm(v)
    axis = v / angle if angle > 0 else np.zeros(3)
    return quaternion_matrices(np.concatenate([[np.cos(angle / 2)], np.sin(angle / 2) * axis]))


def fourier(volume):
    return np.fft.fftshift(np.fft.fftn(np.fft.ifftshift(volume)))


def cropped(volume, box):
    """The map on a coarser grid of `box` voxels (Fourier crop)."""
    n = volume.shape[0]
    if box >= n:
        return volume
    a = n // 2 - box // 2
    return np.fft.fftshift(np.fft.ifftn(np.fft.ifftshift(fourier(volume)[a:a + box, a:a + box, a:a + box]))).real


def trilinear(grid, points):
    """Values of grid[z][y][x] at points (x, y, z) relative to its centre voxel; nought outside."""
    n = grid.shape[0]
    p = points + n // 2
    i = np.floor(p).astype(np.int64)
    inside = np.all((i >= 0) & (i < n - 1), -1)
    i[~inside] = 0
    f = p - i
    flat, out = grid.ravel(), 0
    for dz in (0, 1):
        for dy in (0, 1):
            for dx in (0, 1):
                w = (f[:, 0] if dx else 1 - f[:, 0]) * (f[:, 1] if dy else 1 - f[:, 1]) * (f[:, 2] if dz else 1 - f[:, 2])
                out = out + w * flat[((i[:, 2] + dz) * n + i[:, 1] + dy) * n + i[:, 0] + dx]
    return np.where(inside, out, 0)


class Comparison:
    """Compares maps with one truth: finds the alignment and gives the FSC."""

    def __init__(self, truth, pixel, mask_diameter):
        self._box, self._pixel = truth.shape[0], pixel
        self._mask = soft_sphere(self._box, mask_diameter / pixel)
        self._truth = truth * self._mask
        n, c = self._box, self._box // 2
        k = np.stack(np.meshgrid(*[np.arange(n) - c] * 3, indexing="ij"), -1).reshape(-1, 3)[:, ::-1]
        shell = np.rint(np.linalg.norm(k, axis=-1)).astype(int)
        half = (k[:, 2] > 0) | ((k[:, 2] == 0) & ((k[:, 1] > 0) | ((k[:, 1] == 0) & (k[:, 0] > 0))))
        keep = np.flatnonzero((shell < n // 2) & (shell > 0) & half)
        keep = keep[np.argsort(shell[keep], kind="stable")]
        self._k, self._shell = k[keep].astype(float), shell[keep]
        self._values = fourier(self._truth).ravel()[keep]
        self._ends = np.searchsorted(self._shell, np.arange(n // 2), "right")

    def _padded(self, volume):
        """Fourier grid, oversampled twice and corrected for the trilinear reading of it."""
        n = self._box
        x = np.arange(n) - n // 2
        s = np.sinc(x / (2 * n)) ** 2
        corrected = volume / (s[:, None, None] * s[None, :, None] * s[None, None, :])
        big = np.zeros((2 * n,) * 3)
        a = n - n // 2
        big[a:a + n, a:a + n, a:a + n] = corrected
        return fourier(big)

    def _fsc(self, padded, rotation, shift, shells):
        """FSC of shells 0..shells-1 of the map, turned and moved, with the truth."""
        e = self._ends[shells - 1]
        k = self._k[:e]
        moved = trilinear(padded, 2 * (k @ rotation.T)) * np.exp(-2j * np.pi / self._box * (k @ shift))
        t, s = self._values[:e], self._shell[:e]
        total = lambda w: np.bincount(s, w, shells)
        return total((moved * t.conj()).real) / np.sqrt(total(abs(moved) ** 2) * total(abs(t) ** 2) + 1e-300)

    def _objective(self, padded, rotation, shift, shells):
        curve = self._fsc(padded, rotation, shift, shells)
        weights = np.arange(shells) ** 2
        return float((curve * weights).sum() / weights.sum())

    def _search(self, volume, box=24, count=3000):
        """The six best of evenly spread rotations on a coarse grid, each with its best shift: (correlation, rotation, shift)."""
        a, b = cropped(self._truth, box), cropped(volume, box)
        scale = self._box / box
        c = np.arange(box) - box // 2
        z, y, x = np.meshgrid(c, c, c, indexing="ij")
        points = np.stack([x, y, z], -1).reshape(-1, 3).astype(float)
        a_hat = np.fft.fftn(a - a.mean()).conj()
        b = b - b.mean()
        found = []
        for r in rotations(count):
            turned = trilinear(b, points @ r.T).reshape(a.shape)
            correlation = np.fft.ifftn(np.fft.fftn(turned) * a_hat).real
            at = np.unravel_index(correlation.argmax(), a.shape)
            offset = np.array([i - box if i > box // 2 else i for i in at])[::-1]
            found.append((correlation[at] / (np.linalg.norm(turned) + 1e-30), r, -offset * scale))
        return sorted(found, key=lambda f: -f[0])[:6]

    def _refine(self, padded, rotation, shift, shells, step_degrees, least_degrees):
        """Pattern search over rotation and shift; steps are halved until they are small."""
        best = self._objective(padded, rotation, shift, shells)
        # A turn by the step moves the rim of shell 8 by about as much phase as this shift does.
        step = step_degrees
        while step >= least_degrees:
            improved = False
            for axis in range(6):
                for sign in (1, -1):
                    move = np.zeros(3)
                    move[axis % 3] = sign
                    r = rotation @ turn(move * step) if axis < 3 else rotation
                    s = shift + move * step * 0.25 if axis >= 3 else shift
                    value = self._objective(padded, r, s, shells)
                    if value > best:
                        best, rotation, shift, improved = value, r, s, True
            if not improved:
                step /= 2
        return best, rotation, shift

    def align(self, volume, start=None):
        """Finds hand, rotation and shift of a map. `start`, an earlier result, saves the search. Returns a dictionary."""
        results = []
        for flip in ((False, True) if start is None else (start["mirrored"],)):
            v = (mirrored(volume) if flip else volume) * self._mask
            padded = self._padded(v)
            if start is None:
                low = [self._refine(padded, r, s, 9, 8, 1) for _, r, s in self._search(v)]
            else:
                low = [self._refine(padded, np.array(start["rotation"]), np.array(start["shift"]), 9, 8, 1)]
            results.append((max(low, key=lambda f: f[0]), flip, padded))
        (_, r, s), flip, padded = max(results, key=lambda f: f[0][0])
        for shells, step, least in ((min(16, self._box // 2), 1.0, 0.25), (self._box // 2, 0.5, 0.06)):
            _, r, s = self._refine(padded, r, s, shells, step, least)
        curve = self._fsc(padded, r, s, self._box // 2)
        return {
            "mirrored": bool(flip), "rotation": r.tolist(), "shift": s.tolist(), "fsc": [round(float(f), 4) for f in curve],
            "fsc05_A": round(resolution(curve, self._box, self._pixel, 0.5), 3),
            "fsc0143_A": round(resolution(curve, self._box, self._pixel, 0.143), 3)}


def resolution(curve, box, pixel, threshold):
    """Where an FSC curve first falls below the threshold, angstrom; Nyquist if it never does."""
    for i in range(1, len(curve)):
        if curve[i] < threshold:
            before = curve[i - 1] if i > 1 else 1.0
            return box * pixel / max(1e-6, i - 1 + (before - threshold) / (before - curve[i]))
    return 2 * pixel
