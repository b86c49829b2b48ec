"""How long `autonomy check` takes, all included: 1,000 Deployments in one file, and one small file.

    python -m benchmarks.command_line [rounds]

Every run is a process of its own, the second and later ones with what the first one kept. Wall-clock time counts, so a busy machine shows.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import yaml

from benchmarks.manifests import DEPLOYMENTS, deployment
from cli.check import policies
from cli.check.judging import Judge, read
from cli.check.report import Report, merged
from cli.manifests.files import File
from cli.manifests.parsing import chunks
from guidance.policies.policy import Enforcement

COMMAND = Path(sys.executable).parent / "autonomy"
PROMISES = {"large": 1.5, "small": 0.2}
"""Seconds, on two cores."""
MEGABYTES = 2.4


class Written(yaml.SafeDumper):
    """As people write manifests: without aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 the signature of a dumper
        return True


def write(file: Path, count: int) -> Path:
    """Deployments of 2.4 kB each; one in ten fails a policy of the baseline, all of them get advice."""
    texts = []
    for number in range(count):
        manifest = deployment(number, failing=True)
        text = yaml.dump(manifest, Dumper=Written, sort_keys=False)
        notes = "x" * max(0, int(MEGABYTES * 1e6 / DEPLOYMENTS) - len(text) - 40)
        manifest["metadata"]["annotations"] = {"example.com/notes": notes}
        texts.append(yaml.dump(manifest, Dumper=Written, sort_keys=False))
    file.write_text("---\n".join(texts))
    return file


def seconds(arguments: Sequence[str], rounds: int) -> tuple[float, float]:
    """The least and the median of the rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        times.append(time.perf_counter() - start)
    return min(times), median(times)


def show_start(small: Path, rounds: int) -> None:
    """Where the time of one small file goes."""
    print("\nWhere the start goes (seconds, each line includes those above)")
    commands: dict[str, Sequence[str]] = {
        "Python itself": [sys.executable, "-c", "pass"],
        "+ its modules": [sys.executable, "-c", "import cli.main, cli.check.command"],
        "+ the policies, one file": [str(COMMAND), "check", str(small)],
    }
    for name, command in commands.items():
        print(f"  {name:<26} {seconds(command, rounds)[0]:>9.3f}")


def show_parts(large: Path) -> None:
    """Where the time of many objects goes, in one process."""
    chosen = policies.chosen([], [])
    text = large.read_text()
    every = list(chunks(text, str(large)))
    advised = Judge(chosen.compiled, chosen.levels, mend_from=Enforcement.SOFT_MANDATORY)
    mended = Judge(chosen.compiled, chosen.levels)
    for chunk in every[:60]:
        mended(chunk)
    report = merged([advised(chunk) for chunk in every])
    whole = Report(report.judged, sources={str(large): File(str(large), text).text})
    from cli.check.formats import plain_json
    from cli.check.formats import text as plain_text

    parts: dict[str, Callable[[], object]] = {
        "reading with places": lambda: [read(chunk) for chunk in every],
        "+ judging and finding": lambda: [advised(chunk) for chunk in every],
        "+ proving all fixes (json)": lambda: [mended(chunk) for chunk in every],
        "writing text": lambda: plain_text.render(whole),
        "writing json": lambda: plain_json.render(whole, Enforcement.SOFT_MANDATORY),
    }
    print("\nWhere the rest goes (seconds of CPU for all objects, in one process)")
    gc.collect()
    gc.disable()  # as the command does
    for name, part in parts.items():
        start = time.process_time()
        part()
        print(f"  {name:<26} {time.process_time() - start:>9.3f}")


def main(rounds: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        large, small = write(Path(folder) / "large.yaml", DEPLOYMENTS), write(Path(folder) / "small.yaml", 1)
        subprocess.run([COMMAND, "check", large], stdout=subprocess.DEVNULL, check=False)
        report = json.loads(subprocess.run([COMMAND, "check", "-o", "json", large], capture_output=True, check=False).stdout)
        print(f"autonomy check, {len(os.sched_getaffinity(0))} cores, {rounds} rounds, seconds of wall-clock time; {report['summary']}")
        print(f"{'':<28} {'least':>9} {'median':>9} {'promise':>9}")
        missed = 0
        for name, file in (("large", large), ("small", small)):
            least, middle = seconds([str(COMMAND), "check", str(file)], rounds)
            print(f"{name + f', {file.stat().st_size / 1e6:.3f} MB':<28} {least:>9.3f} {middle:>9.3f} {PROMISES[name]:>9.1f}")
            missed += middle > PROMISES[name]
        more: dict[str, Sequence[str]] = {
            "large, -o json": [str(COMMAND), "check", "-o", "json", str(large)],
            "large, --diff": [str(COMMAND), "check", "--diff", str(large)],
            "large, --fix": ["sh", "-c", '"$0" check --fix - < "$1"', str(COMMAND), str(large)],
        }
        for name, command in more.items():
            least, middle = seconds(command, rounds)
            print(f"{name:<28} {least:>9.3f} {middle:>9.3f}")
        show_start(small, rounds)
        show_parts(large)
        return int(missed > 0)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
