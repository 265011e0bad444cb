"""Real servers for the tests, started by bin/registry of the checkout, and a relay before them."""

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE.parent))

from run_registry import Client  # noqa: E402

DEADLINE = 300  # seconds for a test on the slowest machine; all of them need some 40
DATASET = "arithmetic-traces"


@pytest.fixture(autouse=True)
def deadline():
    def expired(number, frame):
        raise AssertionError("the test has not ended after {} s".format(DEADLINE))

    before = signal.signal(signal.SIGALRM, expired)
    signal.alarm(DEADLINE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def until(condition):
    """Waits for a condition; the deadline of the test ends it."""
    while not condition():
        time.sleep(0.02)


class Server:
    """`registry serve` with a home of its own in SQLite, which keeps its record over restarts."""

    def __init__(self, directory, token=None, **settings):
        self.directory = directory
        self.log = directory / "server.log"
        self.token = token
        self._settings = settings
        self._process = None
        self.address = None
        (directory / "gates").mkdir(parents=True)

    def start(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("REGISTRY_", "XDG_"))}
        env.update(HOME=str(self.directory), REGISTRY_HOME=str(self.directory / "home"))
        env.update(REGISTRY_CDS="off", GATES=str(self.directory / "gates"))
        trainer = [sys.executable, str(HERE / "trainer.py"), "{config}"]
        settings = {"command": json.dumps(trainer), **self._settings}
        env.update({"REGISTRY_" + name.upper(): str(value) for name, value in settings.items()})
        if self.token is not None:
            env["REGISTRY_TOKEN"] = self.token
        command = [str(ROOT / "bin" / "registry"), "serve", "--port", "0"]
        command += ["--datasets", str(ROOT / "examples" / "datasets")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.directory,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        line = self._process.stdout.readline().decode().strip()
        assert line.startswith("http://"), self.log.read_text()
        self.address = line
        return self

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def stop(self):
        """Ends all runs and the server, so that nothing of the test is left running."""
        client = Client(self.address, self.token)
        runs = self.directory / "home" / "runs"
        for run_id in [
            each.name for where in ("queued", "active") for each in (runs / where).glob("*-*")
        ]:
            client.cancel(run_id)
            client.wait(run_id)
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def release(self, run_id):
        """Lets a run go on that waits, or is going to."""
        gate = self.directory / "gates" / run_id
        try:
            os.mkfifo(gate)
        except FileExistsError:
            pass

        def opened():
            try:
                os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
                return True
            except OSError as e:
                if e.errno != errno.ENXIO:
                    raise
                return False  # the run has not come that far

        until(opened)

    @property
    def database(self):
        return self.directory / "home" / "registry.db"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server with a token that no test restarts."""
    started = Server(tmp_path_factory.mktemp("server"), token="secret-of-the-test", queue_slots=4)
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def narrow_server(tmp_path_factory):
    """A server with one slot, and room for one waiting run; tests may restart it."""
    started = Server(tmp_path_factory.mktemp("narrow server"), queue_slots=1, queue_max=1)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def client(server):
    return Client(server.address, server.token)


class Relay:
    """Passes connections on to a server that may change, on one address; or breaks them."""

    def __init__(self, target=None):
        self.target = target
        self.lose_responses = 0
        """The number of next connections whose response is lost after the server has sent it."""
        self.connections = 0
        self.ended = 0
        """The number of connections that are closed again."""
        self._open = set()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))  # not listening: connections are refused

    @property
    def address(self):
        return "http://127.0.0.1:{}".format(self._socket.getsockname()[1])

    def listen(self):
        self._socket.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)  # ends accept
        except OSError:
            pass
        self._socket.close()

    def interrupt(self):
        """Breaks all connections."""
        for connection in list(self._open):
            connection.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        loses = self.lose_responses > 0
        if loses:
            self.lose_responses -= 1
        host, port = re.fullmatch(r"http://(.*):(\d+)", self.target).groups()
        with connection:
            self._open.add(connection)
            try:
                with socket.create_connection((host, int(port))) as upstream:
                    threading.Thread(
                        target=self._pump, args=(connection, upstream), daemon=True
                    ).start()
                    if loses:
                        while upstream.recv(65536):
                            pass
                    else:
                        self._pump(upstream, connection)
                    upstream.shutdown(socket.SHUT_RDWR)
                connection.shutdown(socket.SHUT_RDWR)  # also wakes the other thread
            except OSError:
                pass  # one of both is gone: the other is closed
            self._open.discard(connection)
        self.ended += 1

    @staticmethod
    def _pump(source, target):
        try:
            while True:
                part = source.recv(65536)
                if not part:
                    break
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@pytest.fixture
def relay(server):
    created = Relay(server.address)
    yield created
    created.close()
