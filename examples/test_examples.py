"""Run by: python3 -m unittest discover -s examples"""

import contextlib
import io
import json
import math
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import make_dataset
import train
import training_config
import yaml_subset

HERE = Path(__file__).resolve().parent
DATASET = HERE / "datasets" / make_dataset.KEY / "dataset.jsonl"
DEADLINE = 60  # seconds that a child may take on the slowest machine; it needs one or two
CONFIG = """\
---
version: "1.0"
runner: tunix
mode: sft
model:
  model_id: 'google/gemma-2b-it'
dataset:
  format: tunix_sft
  path: {path}
training:
  learning_rate: 2.0E-5
  weight_decay: 0.01
  num_epochs: {epochs}
  batch_size: 8
  max_seq_length: 128
  device: "auto"
output:
  output_dir: {out}
"""


def run_quietly(argv):
    """(exit code, stdout, stderr) of make_dataset.py, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = make_dataset.main(argv)
    return code, out.getvalue(), err.getvalue()


class InAFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class MakeDatasetTest(InAFolder):
    def generate(self, name, *argv):
        out = self.folder / name
        self.assertEqual(0, run_quietly(["--out", str(out)] + list(argv))[0])
        return {p.name: p.read_bytes() for p in (out / make_dataset.KEY).iterdir()}

    def check(self):
        return run_quietly(["--out", str(self.folder), "--check"])

    def test_what_is_kept_is_what_the_script_makes_and_is_right(self):
        self.assertEqual((0, ""), run_quietly(["--check"])[::2])

    def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(self):
        first = self.generate("a", "--seed", "5")
        self.assertEqual(first, self.generate("b", "--seed", "5"))
        other = self.generate("c", "--seed", "6")
        self.assertNotEqual(first["dataset.jsonl"], other["dataset.jsonl"])

    def test_other_seeds_give_right_answers_too(self):
        for seed in range(20):
            for trace in make_dataset.make_traces(seed, 50):
                self.assertEqual([], make_dataset.wrong_in(trace), trace)

    def test_the_manifest_describes_the_records(self):
        manifest = json.loads(DATASET.with_name("manifest.json").read_text("utf-8"))
        records = [json.loads(line) for line in DATASET.read_text("utf-8").splitlines()]
        ids = [record["meta"]["trace_id"] for record in records]
        self.assertGreaterEqual(len(records), 50)
        self.assertEqual(len(records), manifest["trace_count"])
        self.assertEqual(ids, manifest["trace_ids"])
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(DATASET.parent.name, manifest["dataset_key"])

    def test_a_wrong_answer_is_found_and_named(self):
        self.generate(".")
        path = self.folder / make_dataset.KEY / "dataset.jsonl"
        lines = path.read_text("utf-8").splitlines()
        record = json.loads(lines[2])
        record["final_answer"] = str(int(record["final_answer"]) + 1)
        lines[2] = json.dumps(record)
        path.write_text("\n".join(lines) + "\n", "utf-8")
        code, _, errors = self.check()
        self.assertEqual(1, code)
        self.assertIn("line 3: final_answer " + record["final_answer"] + " is not", errors)

    def test_a_wrong_step_is_found(self):
        trace = make_dataset.make_traces(1, 1)[0]
        step = trace["steps"][1]
        step["content"] = step["content"][:-1] + ("1" if step["content"][-1] != "1" else "2")
        self.assertEqual(["step is wrong: " + step["content"]], make_dataset.wrong_in(trace))

    def test_a_missing_file_and_a_line_that_is_no_trace_are_found(self):
        self.generate(".")
        (self.folder / make_dataset.KEY / "manifest.json").unlink()
        (self.folder / make_dataset.KEY / "dataset.jsonl").write_text("[]\n", "utf-8")
        code, _, errors = self.check()
        self.assertEqual(1, code)
        self.assertIn("manifest.json: missing", errors)
        self.assertIn("line 1: not a trace", errors)


class YamlTest(unittest.TestCase):
    def value(self, written):
        return yaml_subset.parse("a:\n  b: " + written + "\nc: d\n").entries["a"].entries["b"].text

    def test_scalars_are_read_as_a_yaml_writer_means_them(self):
        for written, meant in (
                ("plain # comment", "plain"),
                ("a#b", "a#b"),
                ("http://x/y:z", "http://x/y:z"),
                ("'it''s' # comment", "it's"),
                ("'a \\n b'", "a \\n b"),
                (r'"tab\t, quote\", \x41\u00e9\U0001F600"', 'tab\t, quote", A\u00e9\U0001f600'),
                (r'"\ud83d\ude00"', "\U0001f600"),
                ("", ""),
                ('""', ""),
                ("folded\n    here", "folded here"),
                ('"folded\\\n    \\ here"', "folded here"),
                ('"folded\\\n\n    here"', "folded\nhere"),
                ('"folded\n    here\n\n    twice"', "folded here\ntwice"),
                ("'folded\n    here'", "folded here")):
            with self.subTest(written=written):
                self.assertEqual(meant, self.value(written))

    def test_line_ends_of_windows_and_a_start_of_document_are_read(self):
        read = yaml_subset.parse("# first\r\n--- # start\r\na: b\r\n")
        self.assertEqual("b", read.entries["a"].text)

    def test_what_is_not_supported_is_refused_with_its_line(self):
        for text, line, reason in (
                ("a: 1\nb: [1]", 2, "lists are not supported"),
                ("a:\n  - 1", 2, "lists are not supported"),
                ("a: 1\nb: {c: 1}", 2, "maps in braces"),
                ("a: |\n  text", 1, "block text"),
                ("a: &x 1", 1, "anchors"),
                ("a: !!str 1", 1, "tags"),
                ("a: 1\n\na: 2", 3, "a is there twice"),
                ("a: 1\nb", 2, "expected 'key: value'"),
                ("a:1", 1, "expected 'key: value'"),
                ("a:\n\tb: 1", 2, "tab"),
                ("a: 'x'\n  b: 1", 2, "indented too far"),
                ("a:\n    b: 1\n  c: 1", 3, "indented too far"),
                ("a: 1\n  b: 1", 2, "cannot hold a key"),
                ("a: b: c", 1, "cannot hold a key"),
                ("x: 1\na: 'open\nb: 1", 2, "never closed"),
                ('a: "x" y', 1, "after the closing quote"),
                (r'a: "\q"', 1, "unknown escape"),
                (r'a: "\ud83d"', 1, "surrogate"),
                (r'a: "\UFFFFFFFF"', 1, "no such character"),
                ("a: 1\nb: '\u2028'", 2, "character U.2028"),
                ("a: 1\nb: \0", 2, "character U.0000"),
                ("a: 1\n---\nb: 1", 2, "only one document")):
            with self.subTest(text=text):
                with self.assertRaises(yaml_subset.YamlError) as refused:
                    yaml_subset.parse(text)
                self.assertRegex(str(refused.exception), "^line {}: .*{}".format(line, reason))


class TrainingConfigTest(InAFolder):
    def load(self, text):
        path = self.folder / "config.yaml"
        path.write_text(text, "utf-8")
        return training_config.load(path)

    def test_every_value_arrives(self):
        config = self.load(CONFIG.format(path='"/data sets/\\u00e4"', epochs=7, out="./output"))
        self.assertEqual(
            ("google/gemma-2b-it", "/data sets/\u00e4", 2e-5, 7, 8, 128, "./output", 0, ()), config)

    def test_the_configuration_that_is_kept_can_be_read(self):
        self.assertEqual((), training_config.load(HERE / "train.yaml").ignored)

    def test_a_key_that_means_nothing_is_named(self):
        config = self.load(CONFIG.format(path="p", epochs=1, out="o") + "  colour: red\n")
        self.assertEqual(("line 19: output.colour",), config.ignored)

    def test_a_bad_value_is_refused_with_its_line(self):
        good = CONFIG.format(path="p", epochs=3, out="o")
        for before, after, reason in (
                ('"1.0"', "2.0", "line 2: version must be 1.0, not '2.0'"),
                ("mode: sft", "mode: rl", "line 4: mode must be sft"),
                ("num_epochs: 3", "num_epochs: three", "line 13: training.num_epochs must be a"),
                ("num_epochs: 3", "num_epochs: '3'", "line 13: .* not the text '3'"),
                ("num_epochs: 3", "num_epochs: 101", "line 13: .* from 1 to 100"),
                ("num_epochs: 3", "num_epochs:", "line 13: "),
                ("  num_epochs: 3\n", "", "line 10: training.num_epochs is missing"),
                ("2.0E-5", "0", "line 11: training.learning_rate must be a number"),
                ("2.0E-5", ".nan", "line 11: "),
                ("path: p", "path:", "line 9: dataset.path has no value"),
                ("path: p", 'path: "\\0"', "line 9: dataset.path must not"),
                ("path: p", "path:\n    deep: p", "line 9: dataset.path must be a single value"),
                ("output:\n  output_dir: o", "output: o", "line 17: output must be a map")):
            with self.subTest(after=after):
                self.assertIn(before, good)
                with self.assertRaises(training_config.ConfigError) as refused:
                    self.load(good.replace(before, after))
                self.assertRegex(str(refused.exception), "config.yaml, " + reason)


class TrainTest(InAFolder):
    def config(self, path=DATASET, epochs=3, out="out"):
        config = self.folder / (out + ".yaml")
        text = CONFIG.format(path=json.dumps(str(path)), epochs=epochs,
                             out=json.dumps(str(self.folder / out)))
        config.write_text(text, "utf-8")
        return config

    def start(self, config):
        return subprocess.Popen(
            [sys.executable, str(HERE / "train.py"), "--config", str(config)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")

    def train(self, config):
        with self.start(config) as process:
            out, err = process.communicate(timeout=DEADLINE)
        return process.returncode, out, err

    def metrics(self, out="out"):
        return json.loads((self.folder / out / "metrics.json").read_text("utf-8"))

    def test_the_loss_falls_and_the_result_is_written(self):
        code, out, err = self.train(self.config())
        self.assertEqual((0, ""), (code, err))
        self.assertIn("epoch 3/3", out)
        metrics = self.metrics()
        held_out = [metrics["untrained"]] + [e["held_out"] for e in metrics["epochs"]]
        losses = [measured["loss"] for measured in held_out]
        self.assertEqual(sorted(losses, reverse=True), losses)
        self.assertLess(losses[-1], losses[0] / 2)
        self.assertGreater(held_out[-1]["accuracy"], 0.5)
        model = json.loads((self.folder / "out" / "model.json").read_text("utf-8"))
        self.assertTrue(any(any(row) for row in model["weights"]))

    def test_every_setting_of_the_training_changes_the_result(self):
        base = training_config.load(self.config(epochs=1))
        results = [self.trained(base)]
        for change in ({"learning_rate": 4e-5}, {"batch_size": 3}, {"num_epochs": 2}, {"seed": 1},
                       {"max_seq_length": 129}):
            results.append(self.trained(base._replace(**change)))
        self.assertEqual(6, len(set(results)), results)
        self.assertEqual(results[0], self.trained(base))

    def test_an_epoch_learns_from_every_example(self):
        config = training_config.load(self.config(epochs=1))._replace(batch_size=512)
        training = self.training(config)
        # One batch of all: the loss is that of the weights before it, an even guess everywhere.
        self.assertAlmostEqual(math.log(training.model.size), training.metrics["epochs"][0]["loss"])

    def trained(self, config):
        return self.training(config).metrics["epochs"][-1]["held_out"]["loss"]

    def training(self, config):
        texts = train.read_texts(config.dataset_path, config.max_seq_length)
        self.assertEqual(config.max_seq_length, max(map(len, texts)))
        training = train.Training(config, texts[:10], train.StopSignal())
        with contextlib.redirect_stdout(io.StringIO()):
            training.run()
        return training

    def test_two_trainings_with_equal_input_end_equal(self):
        first, second = self.config(epochs=1, out="a"), self.config(epochs=1, out="b")
        self.assertEqual([0, 0], [self.train(first)[0], self.train(second)[0]])
        for name in ("model.json", "metrics.json"):
            self.assertEqual((self.folder / "a" / name).read_bytes(),
                             (self.folder / "b" / name).read_bytes())

    def test_each_task_of_srun_has_its_own_seed_and_folder(self):
        config = training_config.load(self.config())
        self.assertEqual(config, train.of_task(config, {"SLURM_PROCID": "1"}))
        with contextlib.redirect_stdout(io.StringIO()):
            second = train.of_task(config, {"SLURM_STEP_NUM_TASKS": "3", "SLURM_PROCID": "1"})
        self.assertEqual((1, config.output_dir + "/rank-1"), (second.seed, second.output_dir))

    def test_a_bad_configuration_is_exit_code_2(self):
        self.assert_refused(2, self.config(epochs=0), "line 13: training.num_epochs")
        self.assert_refused(2, self.folder / "nowhere.yaml", "nowhere.yaml: No such file")

    def test_a_data_set_that_cannot_be_used_is_exit_code_3(self):
        self.assert_refused(3, self.config(path=self.folder / "no.jsonl"), "no.jsonl: No such file")
        broken = self.folder / "broken.jsonl"
        broken.write_text('{"prompts": "a"}\n{"prompts": 5}\n', "utf-8")
        self.assert_refused(3, self.config(path=broken), "broken.jsonl, line 2: neither")
        broken.write_text('{"prompts": "a"}\n', "utf-8")
        self.assert_refused(3, self.config(path=broken), "1 examples; .* at least 2")

    def test_an_output_folder_that_cannot_be_made_is_exit_code_1(self):
        (self.folder / "out").write_text("a file", "utf-8")
        self.assert_refused(1, self.config(), "the results cannot be written")

    def assert_refused(self, code, config, reason):
        ended, out, err = self.train(config)
        self.assertEqual((code, ""), (ended, out))
        self.assertRegex(err, "^train.py: .*{}.*\n$".format(reason))

    def test_training_examples_are_learned_like_traces(self):
        path = self.folder / "examples.jsonl"
        line = json.dumps({"prompts": "1 + 1 = ?", "final_answer": "2"})
        path.write_text((line + "\n") * 10, "utf-8")
        self.assertEqual(0, self.train(self.config(path=path))[0])
        self.assertEqual({"learned": 8, "held_out": 2}, self.metrics()["examples"])

    def test_an_interrupted_training_leaves_a_checkpoint(self):
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(number=number), self.start(self.config(epochs=100)) as process:
                self.assertTrue(any(line.startswith("epoch 1/100") for line in process.stdout))
                process.send_signal(number)
                _, err = process.communicate(timeout=DEADLINE)
                self.assertEqual(code, process.returncode)
                self.assertEqual("train.py: stopped by signal {:d}\n".format(number), err)
                path = self.folder / "out" / "checkpoint.json"
                checkpoint = json.loads(path.read_text("utf-8"))
                path.unlink()
                self.assertGreaterEqual(len(checkpoint["metrics"]["epochs"]), 1)
                self.assertTrue(any(any(row) for row in checkpoint["model"]["weights"]))
                self.assertFalse((self.folder / "out" / "model.json").exists())


if __name__ == "__main__":
    unittest.main()
