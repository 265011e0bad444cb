#!/usr/bin/env python3
"""Times the command line beside a bare JVM and beside Python, all in one run.

    benchmarks/command_line.py [--rounds 20] [--java-home DIR ...]

The commands take turns, so that a slow moment of the machine hits all of them. Prints the minimum
and the median of each in milliseconds, and what the registry costs as a multiple of the hello world
of the same JDK. Needs nothing but Python and a built checkout (bin/registry --version builds it).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REGISTRY = os.path.join(ROOT, "bin", "registry")
HELLO = 'public class Hello { public static void main(String[] a) { System.out.println("hello"); } }'
GIGABYTE = 1 << 30


def milliseconds(command, environment):
    """From before exec to after the end; the output is thrown away."""
    begin = time.monotonic_ns()
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
    return (time.monotonic_ns() - begin) / 1e6


def milliseconds_to_child(environment):
    """From before exec until the child, a plain date, looks at the clock."""
    begin = time.time_ns()
    done = subprocess.run([REGISTRY, "run", "--", "date", "+%s%N"], env=environment, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return (int(done.stdout) - begin) / 1e6


def environment_for(java_home, home, cache):
    environment = dict(os.environ, REGISTRY_HOME=home, XDG_CACHE_HOME=cache, JAVA_HOME=java_home)
    environment.pop("REGISTRY_DB", None)
    return environment


def build_archive(environment):
    """The first run would have it built in the background; measure what users see afterwards."""
    subprocess.run([REGISTRY], env=dict(environment, REGISTRY_CDS="build"), check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run([REGISTRY, "run", "--", "true"], env=environment, check=True)


def row(name, times, unit):
    best, median = min(times), statistics.median(times)
    ratio = "" if unit is None else "%5.1f x / %5.1f x" % (best / unit[0], median / unit[1])
    print("| %-44s | %6.0f | %6.0f | %s |" % (name, best, median, ratio), flush=True)
    return best, median


def start_up(java_home, rounds, scratch):
    java = os.path.join(java_home, "bin", "java")
    version = subprocess.run([java, "-version"], stderr=subprocess.PIPE, check=True,
                             universal_newlines=True).stderr.split('"')[1]
    folder = tempfile.mkdtemp(dir=scratch)
    with open(os.path.join(folder, "Hello.java"), "w") as source:
        source.write(HELLO)
    subprocess.run([java + "c", "-d", folder, source.name], check=True)
    environment = environment_for(java_home, os.path.join(folder, "home"), folder)
    build_archive(environment)

    hello, python, child, whole = [], [], [], []
    for _ in range(rounds):
        hello.append(milliseconds([java, "-cp", folder, "Hello"], environment))
        python.append(milliseconds(["python3", "-c", "import sqlite3"], environment))
        child.append(milliseconds_to_child(environment))
        whole.append(milliseconds([REGISTRY, "run", "--", "true"], environment))

    print("\nJDK %s, %d rounds\n" % (version, rounds))
    print("| command | min ms | median ms | x hello world (min / median) |")
    print("|---|---|---|---|")
    unit = row("java Hello, default flags", hello, None)
    row("python3 -c 'import sqlite3'", python, unit)
    row("registry run -- …: the child has started", child, unit)
    row("registry run -- true: all ended", whole, unit)
    return environment


def recorded_seconds(environment):
    """How long the last run took, as it is on record."""
    listed = subprocess.run([REGISTRY, "runs", "list", "--limit", "1", "--json"], env=environment,
                            check=True, stdout=subprocess.PIPE)
    return json.loads(listed.stdout)["duration_seconds"]


def gigabyte(environment, rounds, scratch):
    """The program's own rate, and that of the whole command with the start of the JVM in it."""
    target = os.path.join(scratch, "plain")
    produce = ["head", "-c", str(GIGABYTE), "/dev/zero"]
    piped, plain, run, whole, memory = [], [], [], [], []

    def timed(command, times):
        with open(target, "wb") as out:
            begin = time.monotonic_ns()
            subprocess.run(command, env=environment, check=True, stdout=out)
            times.append((time.monotonic_ns() - begin) / 1e9)
        os.remove(target)

    for _ in range(rounds):
        timed(["sh", "-c", " ".join(produce) + " | cat"], piped)
        timed(produce, plain)
        with open(os.devnull, "w") as out:
            begin = time.monotonic_ns()
            process = subprocess.Popen([REGISTRY, "run", "--"] + produce, env=environment,
                                       stdin=subprocess.DEVNULL, stdout=out)
            _, status, usage = os.wait4(process.pid, 0)
        whole.append((time.monotonic_ns() - begin) / 1e9)
        assert status == 0, status
        memory.append(usage.ru_maxrss / 1024)
        run.append(recorded_seconds(environment))
        shutil.rmtree(os.path.join(environment["REGISTRY_HOME"], "runs", "done"))
    print("\n1 GiB of output, %d rounds\n" % rounds)
    print("| | best MiB/s | median MiB/s | x a pipe (best / median) |")
    print("|---|---|---|---|")
    for name, times in (("head \\| cat > file", piped), ("head > file", plain),
                        ("registry run -- head, from start to end of the run", run),
                        ("the same, the whole command", whole)):
        best, median = min(times), statistics.median(times)
        print("| %s | %.0f | %.0f | %.2f / %.2f |" % (
            name, 1024 / best, 1024 / median, min(piped) / best,
            statistics.median(piped) / median))
    print("\nlargest resident set of the registry: %.0f MiB" % max(memory))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--gigabyte-rounds", type=int, default=5)
    parser.add_argument("--java-home", action="append",
                        help="a JDK, may be repeated; default: the one of java on the PATH")
    arguments = parser.parse_args()
    homes = arguments.java_home or [
        os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("java"))))]
    with tempfile.TemporaryDirectory() as scratch:
        for home in homes:
            environment = start_up(home, arguments.rounds, scratch)
        if arguments.gigabyte_rounds:
            gigabyte(environment, arguments.gigabyte_rounds, scratch)


if __name__ == "__main__":
    main()
