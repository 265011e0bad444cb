#!/usr/bin/env python3
"""Trains a tiny language model on a dataset, as the registry's configuration says.

    python3 examples/train.py --config examples/train.yaml

Standard library only, Python 3.8 or later. Reads the YAML that the registry writes for a local
run, trains on four fifths of the examples, evaluates on the rest, and writes model.json and
metrics.json into output.output_dir. Equal input gives equal output, to the byte, on one version
of Python. Started by srun as several tasks, each trains with a seed of its own, the configured one
plus its rank, and writes into a folder rank-N of output.output_dir.

Exit codes: 0 trained; 1 the results cannot be written; 2 bad arguments or configuration;
3 the dataset is missing or cannot be used; 143 ended by SIGTERM (130 by SIGINT), after writing
checkpoint.json.
"""

import argparse
import json
import math
import os
import random
import signal
import sys

import training_config
from character_model import CharacterModel

# The registry's default, 2e-5, suits a model of billions of weights. This one needs large steps,
# so the learning rate counts relative to that default, and by its square root: all that the
# registry allows, up to 1, then stays a step with which something is learned.
USUAL_LEARNING_RATE = 2e-5
BASE_STEP = 0.25
HELD_OUT = 5  # one example in so many is only for evaluation


class DatasetError(Exception):
    """The dataset is missing or cannot be used."""


class Stopped(Exception):
    """A signal asked for the end."""


class StopSignal:
    """Notes a signal, to be acted on between two examples, when the weights are whole."""

    def __init__(self):
        self.number = None

    def listen(self):
        signal.signal(signal.SIGTERM, self._note)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as under nohup or in sh's &
            signal.signal(signal.SIGINT, self._note)

    def _note(self, number, frame):
        self.number = number

    def check(self):
        if self.number is not None:
            raise Stopped()


def read_texts(path, longest):
    """One text for each line of dataset.jsonl, each cut to that many characters."""
    texts = []
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    texts.append(text_of(line, path, number)[:longest])
    except OSError as e:
        raise DatasetError("{}: {}".format(path, e.strerror)) from e
    except UnicodeDecodeError as e:
        raise DatasetError("{}: not UTF-8".format(path)) from e
    if len(texts) < 2:
        raise DatasetError("{}: {} examples; training and evaluation need at least 2".format(
            path, len(texts)))
    return texts


def text_of(line, path, number):
    """A reasoning trace (prompt, steps) or a training example (prompts) as the text to learn."""
    try:
        record = json.loads(line)
        parts = [record["prompt"] if "prompt" in record else record["prompts"]]
        parts += [step["content"] for step in record.get("steps", [])]
        parts += [record["final_answer"]] if record.get("final_answer") is not None else []
        return "\n".join(parts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        raise DatasetError("{}, line {}: neither a reasoning trace nor a training example "
                           "({}: {})".format(path, number, type(e).__name__, e)) from e


def split(texts, chance):
    """(to learn from, held out), by chance; neither is empty."""
    shuffled = chance.sample(texts, len(texts))
    held_out = max(1, len(texts) // HELD_OUT)
    return shuffled[held_out:], shuffled[:held_out]


class Training:
    """A model on its way, and what is known about it so far."""

    def __init__(self, config, texts, stop):
        self._config, self._stop = config, stop
        self._chance = random.Random(config.seed)
        learned, held_out = split(texts, self._chance)
        self.model = CharacterModel(learned)
        self._learned = [self.model.encode(text) for text in learned]
        self._held_out = [self.model.encode(text) for text in held_out]
        self._step = BASE_STEP * math.sqrt(config.learning_rate / USUAL_LEARNING_RATE)
        self.metrics = {
            "model_id": config.model_id,
            "learning_rate": config.learning_rate,
            "step": self._step,
            "batch_size": config.batch_size,
            "max_seq_length": config.max_seq_length,
            "seed": config.seed,
            "examples": {"learned": len(learned), "held_out": len(held_out)},
            "epochs": [],
        }

    def run(self):
        self._announce()
        before = self._evaluate()
        self.metrics["untrained"] = before
        print("untrained    held-out loss {loss:.4f}".format(**before))
        epochs = self._config.num_epochs
        for number in range(1, epochs + 1):
            epoch = {"epoch": number, "loss": self._epoch(), "held_out": self._evaluate()}
            self.metrics["epochs"].append(epoch)
            print("epoch {}/{}    loss {:.4f}    held-out loss {:.4f}".format(
                number, epochs, epoch["loss"], epoch["held_out"]["loss"]))
        print("Held out: next character guessed {:.1%} of the time, perplexity {:.3g}".format(
            epoch["held_out"]["accuracy"], math.exp(epoch["held_out"]["loss"])))

    def _announce(self):
        config, examples = self._config, self.metrics["examples"]
        print("{} names the run; what is trained is a character model of {} weights".format(
            config.model_id, self.model.size * len(self.model.weights)))
        print("{}: {learned} examples to learn from, {held_out} held out".format(
            config.dataset_path, **examples))
        print("learning_rate {:g} is relative to {:g} here and gives a step of {:.3g}; "
              "batches of {}, at most {} characters of an example".format(
                  config.learning_rate, USUAL_LEARNING_RATE, self._step, config.batch_size,
                  config.max_seq_length))

    def _epoch(self):
        """One pass over the examples in a new order; the mean loss of a symbol on the way."""
        order = self._chance.sample(self._learned, len(self._learned))
        total = 0.0
        for first in range(0, len(order), self._config.batch_size):
            batch = order[first:first + self._config.batch_size]
            gradient = {}
            for places in batch:
                self._stop.check()
                total += self.model.gradient(places, into=gradient)
            self.model.descend(gradient, sum(map(len, batch)), self._step)
        return total / sum(map(len, order))

    def _evaluate(self):
        loss, guessed = 0.0, 0
        for places in self._held_out:
            self._stop.check()
            more = self.model.score(places)
            loss, guessed = loss + more[0], guessed + more[1]
        symbols = sum(map(len, self._held_out))
        return {"loss": loss / symbols, "accuracy": guessed / symbols}


def write_json(folder, name, content):
    """Writes a file whole or not at all."""
    path = os.path.join(folder, name)
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.write("\n")
    os.replace(path + ".part", path)
    print("Wrote " + path)


def of_task(config, environment=os.environ):
    """The configuration of this task, if srun started several."""
    if int(environment.get("SLURM_STEP_NUM_TASKS", "1")) < 2:
        return config
    rank = int(environment["SLURM_PROCID"])
    print("rank {} on {}".format(rank, environment.get("SLURMD_NODENAME", "?")))
    return config._replace(seed=config.seed + rank,
                           output_dir=os.path.join(config.output_dir, "rank-{}".format(rank)))


def train(config, stop):
    texts = read_texts(config.dataset_path, config.max_seq_length)
    os.makedirs(config.output_dir, exist_ok=True)  # before the work, not after it
    training = Training(config, texts, stop)
    try:
        training.run()
    except Stopped:
        write_json(config.output_dir, "checkpoint.json",
                   {"model": training.model.as_json(), "metrics": training.metrics})
        raise
    write_json(config.output_dir, "model.json", training.model.as_json())
    write_json(config.output_dir, "metrics.json", training.metrics)


def main(argv=None):
    stop = StopSignal()
    stop.listen()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly when nobody reads on
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    parser = argparse.ArgumentParser(description="Trains a tiny language model on a dataset.")
    parser.add_argument("--config", required=True, metavar="FILE",
                        help="the training configuration, YAML as the registry writes it")
    path = parser.parse_args(argv).config
    try:
        config = training_config.load(path)
        for key in config.ignored:
            print("{}, {} means nothing here".format(path, key))
        train(of_task(config), stop)
    except training_config.ConfigError as e:
        return failed(2, e)
    except DatasetError as e:
        return failed(3, e)
    except OSError as e:
        return failed(1, "the results cannot be written: {}".format(e))
    except Stopped:
        return failed(128 + stop.number, "stopped by signal {}".format(stop.number))
    return 0


def failed(code, reason):
    print("train.py: {}".format(reason), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
