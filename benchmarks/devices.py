#!/usr/bin/env python3
"""Submits runs that need GPUs while everything that can die is killed, and checks that no two had one at a time.

    benchmarks/devices.py [--runs 1000] [--gpus 8] [--sqlite] [--seed N] [--bin FOLDER]

As night.py, with invented devices and registry submit --gpus 1 to 3. Each run locks a file of each of its devices
(flock) and reports one that is taken; a process that it leaves behind keeps the locks for a while. Server,
supervisors and detached dispatchers, which registry submit starts while there is no server, are killed
(SIGKILL) at random, and the database is stopped for seconds. Exits with 1 if a device was taken, a run got
another number of devices, or the records are not as night.py wants them. Needs bash and flock, too.
"""

import concurrent.futures
import os
import signal
import subprocess
import time

from night import Night, REGISTRY, judged, parser

MOST = 3  # devices of a run
# the process that is left behind has the descriptors of the locks, too
LOCKED = """
echo "$RUN_REGISTRY_RUN_ID" >>"$STARTS"
devices=(${CUDA_VISIBLE_DEVICES//,/ })
[ ${#devices[@]} = "$1" ] || echo "$RUN_REGISTRY_RUN_ID has ${#devices[@]} devices instead of $1" >>"$TAKEN"
for device in "${devices[@]}"; do
  exec {lock}>>"$LOCKS/$device"
  flock -n $lock || { echo "$RUN_REGISTRY_RUN_ID: device $device is taken" >>"$TAKEN"; exit 99; }
done
sleep 5 &
exec sleep "$2"
"""


class Devices(Night):
    def variables(self):
        folder = os.path.dirname(self.home)
        self.taken, self.locks = os.path.join(folder, "taken"), os.path.join(folder, "locks")
        os.mkdir(self.locks)
        names = ["gpu%d" % number for number in range(self.options.gpus)]
        return {"REGISTRY_QUEUE_SLOTS": str(self.options.gpus), "REGISTRY_QUEUE_GPUS": ",".join(names),
                "TAKEN": self.taken, "LOCKS": self.locks}

    def submit_all(self):
        with concurrent.futures.ThreadPoolExecutor(self.options.clients) as pool:
            list(pool.map(self.submit, range(self.options.runs)))

    def submit(self, number):
        wanted = str(number % MOST + 1)
        command = [REGISTRY, "submit", "--gpus", wanted, "--", "bash", "-c", LOCKED, "run", wanted,
                   "%.2f" % self.random.uniform(0, 1)]
        while True:
            done = subprocess.run(command, env=self.environment, cwd=os.path.dirname(self.home),
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            if done.returncode == 0:
                self.ids[done.stdout.strip()] = number
                return
            time.sleep(0.5)

    def dispatchers(self):
        """The detached dispatchers of this home."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/cmdline" % pid, "rb") as words, open("/proc/%s/environ" % pid, "rb") as variables:
                    if words.read().endswith(b"\0queue\0dispatch\0") and \
                            b"REGISTRY_HOME=%s\0" % self.home.encode() in variables.read():
                        found.append(int(pid))
            except OSError:
                pass  # it has ended, or is another user's
        return found

    def kill_server(self):
        for pid in self.dispatchers():
            os.kill(pid, signal.SIGKILL)
            self.killed["dispatcher"] += 1
        super().kill_server()

    def judge(self):
        flaws = super().judge()
        if os.path.exists(self.taken):
            with open(self.taken) as lines:
                flaws += [line.strip() for line in lines]
        return flaws

    def stop(self):
        super().stop()
        for pid in self.dispatchers():
            os.kill(pid, signal.SIGTERM)


def main():
    options = parser(__doc__)
    options.add_argument("--gpus", type=int, default=8, help="the number of invented devices")
    options.add_argument("--clients", type=int, default=3, help="how many submit at once")
    return judged(options.parse_args(), Devices)


if __name__ == "__main__":
    raise SystemExit(main())
