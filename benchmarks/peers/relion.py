"""RELION 3.1's command lines as its user interface makes them, and its output files."""
import os
import re

# Local searches of auto-refine begin where the grid has this HEALPix order; the interface's.
LOCAL_ORDER = 4

# Number of SGD iterations (initial, in-between, final) and writing interval. `default` is the interface's.
SCHEDULES = {"default": (50, 200, 50, 10), "short": (10, 40, 10, 2)}
INI_SUBSET, FIN_SUBSET = 100, 500


def sgd_images(schedule, stop_after=None):
    """Images an SGD schedule looks at, to its end or to an iteration: subsets grow linearly between the initial and the final iterations."""
    ini, between, fin, _ = schedule
    size = lambda i: INI_SUBSET + (FIN_SUBSET - INI_SUBSET) * min(max((i - ini) / between, 0), 1)
    return round(sum(size(i) for i in range(1, (stop_after or ini + between + fin) + 1)))


def initial_model(star, folder, schedule, diameter, threads, seed):
    """The InitialModel job with one class."""
    ini, between, fin, write = schedule
    return [
        "relion_refine", "--o", f"{folder}/run", "--i", star,
        "--sgd_ini_iter", ini, "--sgd_inbetween_iter", between, "--sgd_fin_iter", fin, "--sgd_write_iter", write,
        "--sgd_ini_resol", 35, "--sgd_fin_resol", 15, "--sgd_ini_subset", INI_SUBSET, "--sgd_fin_subset", FIN_SUBSET,
        "--sgd", "--denovo_3dref", "--ctf", "--K", 1, "--sym", "C1", "--flatten_solvent", "--zero_mask",
        "--dont_combine_weights_via_disc", "--preread_images", "--pool", 3, "--pad", 1, "--skip_gridding",
        "--particle_diameter", diameter, "--oversampling", 1, "--healpix_order", 1, "--offset_range", 6, "--offset_step", 2,
        "--j", threads, "--random_seed", seed]


def auto_refine(star, folder, reference, diameter, threads, pad, local_order, seed):
    """The 3D auto-refine job from a reference on the absolute grey scale, which RELION's own initial model is."""
    return [
        "mpirun", "--oversubscribe", "--allow-run-as-root", "--mca", "mpi_yield_when_idle", 1, "-n", 3,
        "relion_refine_mpi", "--o", f"{folder}/run", "--auto_refine", "--split_random_halves", "--i", star, "--ref", reference,
        "--ini_high", 30, "--dont_combine_weights_via_disc", "--preread_images", "--pool", 3, "--pad", pad, "--ctf",
        "--particle_diameter", diameter, "--flatten_solvent", "--zero_mask", "--oversampling", 1, "--healpix_order", 2,
        "--auto_local_healpix_order", local_order, "--offset_range", 5, "--offset_step", 2, "--sym", "C1",
        "--low_resol_join_halves", 40, "--norm", "--scale", "--j", max(1, threads // 2), "--random_seed", seed]


def continued(command, optimiser):
    """The command that goes on from an optimiser file: only the run-time options may be given again."""
    at = next(i for i, w in enumerate(command) if str(w).startswith("relion_refine"))
    value = lambda name: command[command.index(name) + 1]
    return command[:at + 1] + ["--continue", optimiser, "--o", value("--o"), "--dont_combine_weights_via_disc", "--preread_images",
                               "--pool", 3, "--pad", value("--pad"), "--particle_diameter", value("--particle_diameter"),
                               "--j", value("--j"), "--random_seed", value("--random_seed")] + (
        ["--skip_gridding"] if "--skip_gridding" in command else [])


def iterations(folder, suffix):
    """(iteration, path) of the files run_itNNN_SUFFIX of a folder, in order; those of a continued run (run_ctNN_...) too."""
    found = {}
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        m = re.fullmatch(r"run(?:_ct\d+)?_it(\d+)_" + re.escape(suffix), name)
        if m:
            found[int(m[1])] = os.path.join(folder, name)
    return sorted(found.items())
