"""Runs a command and measures it: wall time, processor time and memory of its whole process tree, also against time."""
import json
import os
import signal
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Interrupted(Exception):
    """The benchmark was asked to stop while a command was running; the command was stopped too."""


def _processes():
    """Parent, processor seconds (waited-for children included) and resident bytes of every process."""
    table = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as f:
                fields = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        table[int(name)] = (int(fields[1]), sum(map(int, fields[11:15])) / TICKS, int(fields[21]) * PAGE)
    return table


def _tree(table, root):
    children = {}
    for pid, (parent, _, _) in table.items():
        children.setdefault(parent, []).append(pid)
    found, open_ = [], [root]
    while open_:
        pid = open_.pop()
        if pid in table:
            found.append(pid)
            open_ += children.get(pid, [])
    return found


def _is_mpi_leader(pid):
    try:
        with open(f"/proc/{pid}/environ", "rb") as f:
            return b"OMPI_COMM_WORLD_RANK=0" in f.read().split(b"\0")
    except OSError:
        return False


class MeasuredProcess:
    """One command. `samples` receives a JSON line per interval: wall, cpu, leader (s), memory (bytes)."""

    def __init__(self, command, cwd, log, samples, interval, is_enough=None):
        """`is_enough` is asked at every sample; once it says True the command is stopped and `run` returns None."""
        self._command, self._cwd, self._log, self._samples, self._interval = command, cwd, log, samples, interval
        self._is_enough = is_enough
        self._stop = False

    def run(self):
        """Runs the command to its end. Returns its figures; raises Interrupted after SIGINT or SIGTERM."""
        handlers = {s: signal.signal(s, self._ask_stop) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            return self._run()
        finally:
            for s, handler in handlers.items():
                signal.signal(s, handler)

    def _ask_stop(self, *_):
        self._stop = True

    def _run(self):
        started = time.time()
        clock = time.monotonic()
        load = os.getloadavg()[0]
        with open(self._log, "ab") as log, open(self._samples, "w") as samples:
            # A process group of its own, not a session: a new session would leave the scheduling group (and
            # with it the priority) in which the benchmark was started.
            process = subprocess.Popen(self._command, cwd=self._cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0)
            leader, leader_cpu, peak = None, 0.0, 0
            while True:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                if self._stop:
                    self._end(process)
                    raise Interrupted()
                if self._is_enough is not None and self._is_enough():
                    self._end(process)
                    return None
                table = _processes()
                tree = _tree(table, process.pid)
                memory = sum(table[p][2] for p in tree)
                peak = max(peak, memory)
                if leader is None:
                    leader = next((p for p in tree if _is_mpi_leader(p)), None)
                if leader in table:
                    leader_cpu = table[leader][1]
                samples.write(json.dumps({
                    "wall": round(time.monotonic() - clock, 3), "cpu": round(sum(table[p][1] for p in tree), 2),
                    "leader": round(leader_cpu, 2), "memory": memory}) + "\n")
                samples.flush()
                time.sleep(self._interval)
        process.returncode = os.waitstatus_to_exitcode(status)
        return {
            "exit": process.returncode,
            "started_unix": started,
            "wall_s": round(time.monotonic() - clock, 3),
            "user_s": round(usage.ru_utime, 2),
            "sys_s": round(usage.ru_stime, 2),
            "leader_cpu_s": round(leader_cpu, 2),
            "cpu_s": round(usage.ru_utime + usage.ru_stime - leader_cpu, 2),
            # ru_maxrss is the largest single process; the sampled sum sees all of them but may miss a short peak.
            "peak_bytes": max(peak, usage.ru_maxrss * 1024),
            "load_before": round(load, 2),
            "load_after": round(os.getloadavg()[0], 2),
        }


    @staticmethod
    def _end(process):
        os.killpg(process.pid, signal.SIGTERM)
        time.sleep(2)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.wait4(process.pid, 0)
        process.returncode = -signal.SIGTERM


def cpu_at(samples_path, wall):
    """Processor seconds (without an MPI leader's) used by a measured command `wall` seconds after its start."""
    before = (0.0, 0.0)
    with open(samples_path) as f:
        for line in f:
            s = json.loads(line)
            here = (s["wall"], s["cpu"] - s["leader"])
            if here[0] >= wall:
                span = here[0] - before[0]
                share = (wall - before[0]) / span if span > 0 else 1.0
                return before[1] + share * (here[1] - before[1])
            before = here
    return before[1]


def machine():
    """Processor, cores and memory of this machine."""
    model = "unknown processor"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    pages = os.sysconf("SC_PHYS_PAGES") * PAGE
    return {"processor": model, "cores": os.cpu_count(), "memory_gib": round(pages / 2**30, 1)}


def cryospin_command(path):
    """The command that starts CryoSpin from a start script, a program, a .dll or a folder that holds one of them."""
    if os.path.isdir(path):
        for name in ("cryospin", "cryospin-cli", "cryospin-cli.dll"):
            inside = os.path.join(path, name)
            if os.path.isfile(inside):
                path = inside
                break
        else:
            raise FileNotFoundError(f"no cryospin, cryospin-cli or cryospin-cli.dll in the folder {path}")
    path = os.path.abspath(path)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"CryoSpin not found: {path}")
    return ["dotnet", path] if path.endswith(".dll") else [path]


def cryospin_version(command):
    """The version; as a side effect the start script builds the program here, outside of every measured time."""
    done = subprocess.run(command + ["--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"CryoSpin does not start ({' '.join(command)}):\n{done.stdout.strip()}")
    return done.stdout.strip().splitlines()[-1]
