#!/usr/bin/env python3
"""Submits a training for each learning rate and batch size, waits, and prints the best ones.

    bin/registry serve --datasets examples/datasets \\
        --command 'python3 examples/train.py --config {config}' &
    clients/python/examples/sweep.py --learning-rates 2e-5,2e-3 --batch-sizes 4,16 --epochs 2

The runs wait in the queue of the server, so that a sweep survives this script and a restart of
the server: the same command with the same --name submits nothing twice within 24 hours, and goes
on waiting. ^C ends only the script; with --cancel-on-interrupt it cancels the runs, too.

The result of a run is the loss on held-out examples, which examples/train.py writes to
metrics.json in its output directory. The server reads that directory if it is inside its
artifacts.root, which is ./output by default.

REGISTRY_TOKEN is the token, if the server has one. Exit codes: 0 all runs completed; 1 one failed,
or the server cannot be reached; 2 usage error.
"""

import argparse
import itertools
import json
import os
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # not needed where it is installed

from run_registry import ApiError, Client, RegistryError  # noqa: E402


def numbers(kind):
    def parse(text):
        return [kind(word) for word in text.split(",")]

    parse.__name__ = "list of {}".format(kind.__name__)  # in messages
    return parse


def parsed(argv):
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="REGISTRY_TOKEN is the token of the server."
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="of the server")
    parser.add_argument("--name", default=time.strftime("sweep-%Y%m%d-%H%M%S"), help="of all runs")
    parser.add_argument("--dataset", default="arithmetic-traces")
    parser.add_argument("--model", default="google/gemma-2b-it")
    parser.add_argument("--learning-rates", type=numbers(float), default=[2e-5, 2e-4, 2e-3])
    parser.add_argument("--batch-sizes", type=numbers(int), default=[4, 16])
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--best", type=int, default=10, help="number of rows of the table")
    parser.add_argument("--timeout", type=float, help="seconds for the whole sweep")
    parser.add_argument("--cancel-on-interrupt", action="store_true")
    args = parser.parse_args(argv)
    try:
        args.client = Client(args.url, os.environ.get("REGISTRY_TOKEN"))
    except ValueError as e:
        parser.error(str(e))
    return args


def key(args, rate, size):
    """The same for each invocation of a sweep, and different from those of all other runs."""
    request = [args.name, args.dataset, args.model, rate, size, args.epochs]
    return str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(request)))


def submit(client, args):
    """Returns the ids of the runs, one for each combination."""
    ids = []
    for rate, size in itertools.product(args.learning_rates, args.batch_sizes):
        run = client.submit(
            args.dataset,
            args.model,
            dry_run=False,
            learning_rate=rate,
            batch_size=size,
            num_epochs=args.epochs,
            name=args.name,
            tags={"sweep": args.name, "lr": str(rate), "batch": str(size)},
            idempotency_key=key(args, rate, size),
        )
        ids.append(run.run_id)
    return ids


def wait(client, ids, timeout):
    """Returns the runs as they ended."""
    end = None if timeout is None else time.monotonic() + timeout
    runs = []
    for number, run_id in enumerate(ids, start=1):
        runs.append(client.wait(run_id, None if end is None else max(0, end - time.monotonic())))
        print("{}/{} {}".format(number, len(ids), runs[-1].message), file=sys.stderr)
    return runs


def held_out_loss(client, run):
    """The loss after the last epoch; None if the run did not come that far."""
    if not run.succeeded:
        return None
    try:
        metrics = json.loads(client.read_artifact(run.run_id, "metrics.json"))
        return metrics["epochs"][-1]["held_out"]["loss"]
    except (ApiError, ValueError, LookupError, TypeError) as e:
        print("{}: no result: {}".format(run.run_id, e), file=sys.stderr)
        return None


def print_best(client, runs, count):
    losses = [(held_out_loss(client, run), run) for run in runs]
    losses.sort(key=lambda pair: (pair[0] is None, pair[0] or 0, pair[1].run_id))
    row = "{:>8}  {:>8}  {:>5}  {:<10} {:>8}  {}"
    print(row.format("LOSS", "LR", "BATCH", "STATUS", "SECONDS", "RUN ID"))
    for loss, run in losses[:count]:
        print(
            row.format(
                "-" if loss is None else "{:.4f}".format(loss),
                run.tags["lr"],
                run.tags["batch"],
                run.status,
                "-" if run.duration_seconds is None else "{:.1f}".format(run.duration_seconds),
                run.run_id,
            )
        )


def main(argv=None):
    args = parsed(argv)
    client = args.client
    try:
        ids = submit(client, args)
        print("{}: {} runs".format(args.name, len(ids)), file=sys.stderr)
        try:
            runs = wait(client, ids, args.timeout)
        except KeyboardInterrupt:
            if args.cancel_on_interrupt:
                for run_id in ids:
                    client.cancel(run_id)
            raise
        print_best(client, runs, args.best)
    except RegistryError as e:
        print("sweep: {}".format(e), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0 if all(run.succeeded for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
