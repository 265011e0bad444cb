"""The command of the servers under test: what a run does is the first word of its model.

hold        prints "ready", and waits until the test releases it
lines N     prints N lines in both streams, waits, and prints N more
exit N      exits with N
metrics     writes metrics.jsonl and model.bin to the output directory
quick       exits with 0
/           what is none of these, but has a slash, is trained by examples/train.py
"""

import os
import re
import sys
from pathlib import Path

GATES = Path(os.environ["GATES"])


def value(config, key):
    return re.search(r"(?m)^ *{}: *[\"']?(.*?)[\"']?$".format(key), config).group(1)


def wait_for_release():
    gate = GATES / os.environ["RUN_REGISTRY_RUN_ID"]
    try:
        os.mkfifo(gate)
    except FileExistsError:
        pass
    gate.read_bytes()  # blocks until the test opens it for writing, and closes it


def print_lines(first, count):
    for number in range(first, first + count):
        print(
            "line {} ü".format(number),
            file=sys.stderr if number % 3 == 0 else sys.stdout,
            flush=True,
        )


def main():
    config = Path(sys.argv[1]).read_text(encoding="utf-8")
    kind, _, argument = value(config, "model_id").partition(" ")
    if kind == "hold":
        print("ready", flush=True)
        wait_for_release()
    elif kind == "lines":
        print_lines(1, int(argument))
        wait_for_release()
        print_lines(int(argument) + 1, int(argument))
    elif kind == "exit":
        sys.exit(int(argument))
    elif kind == "metrics":
        output = Path(value(config, "output_dir"))
        output.mkdir(parents=True)
        (output / "metrics.jsonl").write_text(
            '{"step": 1, "loss": 2.5}\nno JSON\n{"step": 2, "loss": 1.25}\n'
        )
        (output / "model.bin").write_bytes(bytes(range(256)) * 1000)
    elif "/" in kind:
        train = Path(__file__).resolve().parents[3] / "examples" / "train.py"
        os.execv(sys.executable, [sys.executable, str(train), "--config", sys.argv[1]])


main()
