#!/usr/bin/env python3
"""Makes the dataset arithmetic-traces: arithmetic problems, each with its solution in steps.

The same arguments always give the same bytes. With --check nothing is written: the files on disk
must be what would be written, and every answer and every step is computed again by other means
than those that made them. Exit code 0: well; 1: --check found something; 2: wrong arguments.
"""

import argparse
import ast
import hashlib
import json
import operator
import random
import re
import sys
import uuid
from collections import Counter
from fractions import Fraction
from pathlib import Path

KEY = "arithmetic-traces"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, KEY)
LARGEST = 9999  # of any number on the way to an answer: what one works out by hand

OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.floordiv,  # only where nothing remains, see solve()
}
BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}
KINDS = ("sum", "product", "brackets", "word")


class Dice:
    """Whole numbers and choices from a seed, the same on every version of Python."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def number(self, least, most):
        # Of a seeded generator only random() is promised to give the same sequence for ever.
        return least + int(self._random.random() * (most - least + 1))

    def choice(self, options):
        return options[self.number(0, len(options) - 1)]


# An expression is a whole number or (operator, left, right).


def show(expression, binding=0, right=False):
    """The expression as text, with the brackets that it needs and no others."""
    if isinstance(expression, int):
        return str(expression)
    sign, one, two = expression
    own = BINDS[sign]
    text = "{} {} {}".format(show(one, own), sign, show(two, own, right=True))
    return "(" + text + ")" if own < binding or (right and own == binding) else text


def solve(expression):
    """Its value, and the operations on the way there as text; None if it is not a tidy problem."""
    if isinstance(expression, int):
        return expression, []
    sign, *sides = expression
    solved = [solve(side) for side in sides]
    if None in solved:
        return None
    (one, before), (two, then) = solved
    if sign == "/" and (two == 0 or one % two):
        return None
    value = OPERATIONS[sign](one, two)
    if not 0 <= value <= LARGEST:
        return None
    return value, before + then + ["{} {} {} = {}".format(one, sign, two, value)]


def sum_problem(dice):
    expression = dice.number(10, 400)
    for _ in range(dice.number(2, 4)):
        expression = (dice.choice("+-"), expression, dice.number(5, 300))
    plan = "Only sums and differences: go from left to right."
    return "What is {}?".format(show(expression)), plan, expression


def product_problem(dice):
    one = ("*", dice.number(3, 25), dice.number(3, 12))
    two = ("*", dice.number(2, 15), dice.number(2, 12))
    expression = (dice.choice("+-"), (dice.choice("+-"), one, two), dice.number(1, 90))
    return "Work out {}.".format(show(expression)), "Products come before sums.", expression


def brackets_problem(dice):
    one = (dice.choice("+-"), dice.number(10, 60), dice.number(2, 40))
    two = (dice.choice("+-"), dice.number(5, 30), dice.number(1, 20))
    expression = (dice.choice("+-"), ("*", one, two), dice.number(1, 99))
    if dice.number(0, 1):
        expression = ("*", dice.number(2, 9), ("-", dice.number(50, 200), one))
    return "Calculate {}.".format(show(expression)), "Brackets come first.", expression


def shop_problem(dice):
    many, price, other, note = (
        dice.number(2, 9), dice.number(3, 19), dice.number(4, 40), dice.choice((100, 200, 500)))
    prompt = (
        "Ada buys {} notebooks at {} euros each and a lamp for {} euros. "
        "She pays with {} euros. How many euros does she get back?"
    ).format(many, price, other, note)
    plan = "The change is what she pays less the notebooks and the lamp."
    return prompt, plan, ("-", note, ("+", ("*", many, price), other))


def journey_problem(dice):
    slow, hours, fast, more = (
        dice.number(40, 70), dice.number(2, 5), dice.number(75, 120), dice.number(2, 6))
    prompt = (
        "A train travels {} hours at {} km per hour and then {} hours at {} km per hour. "
        "How many km does it travel?"
    ).format(hours, slow, more, fast)
    plan = "Each part is hours times speed; add the parts."
    return prompt, plan, ("+", ("*", hours, slow), ("*", more, fast))


def sharing_problem(dice):
    bags, sweets, extra, children = (
        dice.number(2, 12), dice.number(6, 30), dice.number(1, 40), dice.number(3, 9))
    prompt = (
        "There are {} bags of {} sweets and {} loose ones. "
        "{} children share them equally. How many does each child get?"
    ).format(bags, sweets, extra, children)
    plan = "Count all sweets, then divide by the children."
    return prompt, plan, ("/", ("+", ("*", bags, sweets), extra), children)


def orchard_problem(dice):
    rows, trees, felled, apples = (
        dice.number(4, 12), dice.number(5, 15), dice.number(2, 18), dice.number(10, 45))
    prompt = (
        "An orchard has {} rows of {} trees. {} trees are felled; every other tree bears "
        "{} apples. How many apples are there?"
    ).format(rows, trees, felled, apples)
    plan = "Find the trees that are left, then multiply by the apples of each."
    return prompt, plan, ("*", ("-", ("*", rows, trees), felled), apples)


PROBLEMS = {"sum": sum_problem, "product": product_problem, "brackets": brackets_problem}
WORD_PROBLEMS = (shop_problem, journey_problem, sharing_problem, orchard_problem)


def problem(kind, number, dice):
    if kind == "word":
        return WORD_PROBLEMS[number // len(KINDS) % len(WORD_PROBLEMS)](dice)
    return PROBLEMS[kind](dice)


def trace(number, dice, taken):
    """A trace whose prompt is not in taken; kinds take turns, so the first five lines show all."""
    kind = KINDS[number % len(KINDS)]
    while True:
        prompt, plan, expression = problem(kind, number, dice)
        solved = solve(expression)
        if solved is not None and prompt not in taken:
            break
    answer, operations = solved
    contents = [("plan", plan)] + [("compute", text) for text in operations]
    contents.append(("answer", "The answer is {}.".format(answer)))
    return {
        "trace_version": "1.0",
        "prompt": prompt,
        "steps": [{"i": i, "type": t, "content": c} for i, (t, c) in enumerate(contents)],
        "final_answer": str(answer),
        "meta": {
            "trace_id": str(uuid.uuid5(NAMESPACE, prompt)),
            "kind": kind,
            "expression": show(expression),
        },
    }


def make_traces(seed, count):
    dice, traces, taken = Dice(seed), [], set()
    for number in range(count):
        traces.append(trace(number, dice, taken))
        taken.add(traces[-1]["prompt"])
    return traces


def manifest(traces, records, seed, created_at):
    steps = [len(t["steps"]) for t in traces]
    digest = hashlib.sha256(records).hexdigest()
    return {
        "dataset_key": KEY,
        "build_id": str(uuid.uuid5(NAMESPACE, digest)),
        "dataset_name": "Arithmetic traces",
        "dataset_version": "1.0.0",
        "dataset_schema_version": "1.0",
        "created_at": created_at,
        "selection_strategy": "random",
        "filters": {},
        "seed": seed,
        "trace_count": len(traces),
        "stats": {
            "kinds": dict(sorted(Counter(t["meta"]["kind"] for t in traces).items())),
            "steps_least": min(steps),
            "steps_most": max(steps),
            "steps_total": sum(steps),
            "records_sha256": digest,
        },
        "trace_ids": [t["meta"]["trace_id"] for t in traces],
    }


def generate(seed, count, created_at):
    """The files of the dataset: name to bytes."""
    traces = make_traces(seed, count)
    records = "".join(json.dumps(t) + "\n" for t in traces).encode("ascii")
    described = json.dumps(manifest(traces, records, seed, created_at), indent=2) + "\n"
    return {"manifest.json": described.encode("ascii"), "dataset.jsonl": records}


AST_OPERATIONS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def evaluate(text):
    """The value of an expression by Python's own grammar and fractions, not by what made it."""

    def value(node):
        if isinstance(node, ast.BinOp) and type(node.op) in AST_OPERATIONS:
            return AST_OPERATIONS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return Fraction(node.value)
        raise ValueError("not an arithmetic expression: " + text)

    return value(ast.parse(text, mode="eval").body)


def wrong_in(record):
    """What is wrong with a trace, as a list of sentences; empty if it is right."""
    found = []
    answer, expression = record["final_answer"], record["meta"]["expression"]
    if Fraction(answer) != evaluate(expression):
        found.append("final_answer {} is not {}".format(answer, expression))
    if Counter(re.findall(r"\d+", record["prompt"])) != Counter(re.findall(r"\d+", expression)):
        found.append("the numbers of the prompt are not those of " + expression)
    computed = [s["content"] for s in record["steps"] if s["type"] == "compute"]
    for content in computed:
        left, _, right = content.partition(" = ")
        if evaluate(left) != Fraction(right):
            found.append("step is wrong: " + content)
    if not computed or not computed[-1].endswith(" = " + answer):
        found.append("the last computation does not give final_answer " + answer)
    if [s["i"] for s in record["steps"]] != list(range(len(record["steps"]))):
        found.append("the steps are not numbered from 0")
    return found


def check(folder, expected):
    """Everything that is wrong with the files in folder; empty if nothing is."""
    found = []
    for name, content in expected.items():
        path = folder / name
        if not path.is_file():
            found.append("{}: missing".format(path))
        elif path.read_bytes() != content:
            found.append("{}: not what these arguments generate".format(path))
    path = folder / "dataset.jsonl"
    lines = path.read_bytes().splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        try:
            wrong = wrong_in(json.loads(line.decode("utf-8")))
        except (ValueError, KeyError, TypeError, SyntaxError, ZeroDivisionError) as e:
            wrong = ["not a trace: {!r}".format(e)]
        found.extend("{}, line {}: {}".format(path, number, text) for text in wrong)
    return found


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def count_argument(text):
    count = int(text)
    if not 1 <= count <= 1000:  # far more would run out of different problems
        raise argparse.ArgumentTypeError("must be 1 to 1000: " + text)
    return count


def arguments(argv):
    parser = argparse.ArgumentParser(
        description="Makes the dataset {}; the same arguments give the same bytes.".format(KEY))
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "datasets",
                        help="the datasets folder; {}/ is made in it (default: datasets/ "
                             "beside this script)".format(KEY))
    parser.add_argument("--seed", type=int, default=17, help="default: %(default)s")
    parser.add_argument("--count", type=count_argument, default=100,
                        help="traces, 1 to 1000 (default: %(default)s)")
    parser.add_argument("--created-at", default="2026-11-01T00:00:00Z",
                        help="created_at of the manifest; given, not the time of day, so that "
                             "the bytes stay the same (default: %(default)s)")
    parser.add_argument("--check", action="store_true",
                        help="write nothing; check the files on disk and recompute each answer")
    return parser.parse_args(argv)


def main(argv=None):
    options = arguments(argv)
    folder = options.out / KEY
    files = generate(options.seed, options.count, options.created_at)
    if not options.check:
        write(folder, files)
        print("{}: {} traces written".format(folder, options.count))
        return 0
    found = check(folder, files)
    for text in found:
        print(text, file=sys.stderr)
    if not found:
        print("{}: {} traces, all as generated, all answers right".format(folder, options.count))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
