"""The example, with a real server and the trainer of the repository."""

import os
import re
import subprocess
import sys

from conftest import ROOT
from run_registry import Client

SWEEP = ROOT / "clients" / "python" / "examples" / "sweep.py"


def sweep(server, *options):
    return subprocess.run(
        [sys.executable, "-B", str(SWEEP), "--url", server.address, *options],
        env={**os.environ, "REGISTRY_TOKEN": server.token},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_a_sweep_prints_the_best_runs_first_and_is_not_submitted_twice(server):
    options = [
        "--learning-rates",
        "2e-5,2e-3",
        "--batch-sizes",
        "8",
        "--epochs",
        "1",
        "--name",
        "a sweep",
    ]
    first = sweep(server, *options)
    assert first.returncode == 0, first.stderr
    heading, *rows = first.stdout.splitlines()
    assert heading.split() == ["LOSS", "LR", "BATCH", "STATUS", "SECONDS", "RUN", "ID"]
    assert sorted(row.split()[1] for row in rows) == ["0.002", "2e-05"]
    losses = [float(row.split()[0]) for row in rows]
    assert losses == sorted(losses) and all(0 < loss < 4 for loss in losses)
    assert sweep(server, *options).stdout == first.stdout
    client = Client(server.address, server.token)
    runs = list(client.list(tag="sweep=a sweep"))
    assert len(runs) == 2 and {run.name for run in runs} == {"a sweep"}


def test_a_sweep_of_runs_that_fail_has_exit_code_1(server):
    options = ["--dataset", "missing", "--learning-rates", "1", "--batch-sizes", "1"]
    failed = sweep(server, *options)
    assert failed.returncode == 1
    assert re.search(r"(?m)^ +-  +1.0 +1  failed ", failed.stdout)


def test_a_sweep_that_is_refused_names_the_fields(server):
    refused = sweep(server, "--learning-rates", "7")
    assert refused.returncode == 1 and refused.stdout == ""
    assert "body.learning_rate" in refused.stderr and "Traceback" not in refused.stderr
