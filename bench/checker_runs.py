"""What the benchmarks of the checker share: a generated history, and a judgement of it under limits."""
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("BUILD", ROOT / "build/release"))
TICK = 0.004  # seconds: the clock of a process may be no finer, so checking that took less counts as that


def need_programs():
    for program in ("bench_checker_generate", "plumbline"):
        if not (BUILD / "bin" / program).exists():
            sys.exit(f"{Path(sys.argv[0]).name}: no {program} in {BUILD}/bin: cmake --build {BUILD} --target {program}")


def row(model, calls, processes, values=0, info=0.0, violation="none", keys=1, skew=0.0, large=False, seed=1):
    return dict(model=model, calls=calls, processes=processes, values=values, info=info, violation=violation,
                keys=keys, skew=skew, large=large, seed=seed)


def name(r):
    parts = [r["model"], f"{r['calls']:,} calls", f"{r['processes']} clients"]
    if r["values"]:
        parts.append(f"{r['values']} values")
    if r["keys"] > 1:
        parts.append(f"{r['keys']:,} keys" + (f", Zipf {r['skew']:g}" if r["skew"] else ""))
    if r["info"]:
        parts.append(f"{r['info'] * 100:g} % indeterminate")
    if r["violation"] != "none":
        parts.append(r["violation"])
    return ", ".join(parts)


def generate(r, path):
    subprocess.run([BUILD / "bin/bench_checker_generate", "--model", r["model"], "--calls", str(r["calls"]),
                    "--processes", str(r["processes"]), "--values", str(r["values"]), "--indeterminate", str(r["info"]),
                    "--keys", str(r["keys"]), "--skew", str(r["skew"]), "--violation", r["violation"],
                    "--seed", str(r["seed"]), "--out", path],
                   check=True)


class Run:
    """One judgement: its verdict, CPU seconds of the process and of checking alone, peak bytes, and whether it
    was stopped at a limit."""

    def __init__(self, command, limit, memory):
        def limits():
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit), math.ceil(limit) + 1))
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, preexec_fn=limits)
            try:
                pid, status, used = self.wait(process.pid, 4 * limit)
            finally:
                process.returncode = 0  # it was waited for
            out.seek(0)
            self.text = out.read().decode(errors="replace")
        self.cpu = used.ru_utime + used.ru_stime
        self.checking = self.cpu
        self.peak = used.ru_maxrss * 1024
        self.verdict = ""  # stopped at a limit
        self.cores = []  # counterexamples

    @property
    def stopped(self):
        return self.verdict == ""

    @staticmethod
    def wait(pid, longest):
        """Like wait4, but not for ever: a machine that others use too may starve it."""
        end = time.monotonic() + longest
        while time.monotonic() < end:
            got, status, used = os.wait4(pid, os.WNOHANG)
            if got:
                return got, status, used
            time.sleep(0.005)
        os.kill(pid, 9)
        return os.wait4(pid, 0)


def limit_of(r, arguments):
    return arguments.limit * (3 if r["large"] else 1)


def ours(r, path, arguments):
    model = "mutex" if r["model"] == "lock" else r["model"]
    limit = limit_of(r, arguments)
    run = Run([BUILD / "bin/plumbline", "check", path, "--model", model, "--json", "--time-budget", f"{limit:g}s"],
              limit * 1.5, arguments.memory << 30)
    try:
        verdict = json.loads(run.text)
    except ValueError:
        return run
    # What was asked, not what else is said of the history.
    parts = [p for p in verdict.get("parts", []) if p["check"].startswith("linearizable")]
    run.verdict = (parts or [verdict])[0]["validity"]
    run.cores = [c for p in parts for c in p.get("counterexamples", [])]
    run.checking = max(float(verdict["figures"]["CPU seconds judging"]), TICK)
    return run


def times(ratio, more):
    digits = f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"
    return ("> " if more else "") + digits
