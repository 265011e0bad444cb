"""A client of the HTTP API of Run Registry: one file, standard library only, Python 3.9 or later.

    from run_registry import Client

    client = Client("http://127.0.0.1:8080")
    run = client.submit("arithmetic-traces", "gemma", dry_run=False, learning_rate=1e-4)
    for line in client.follow(run.run_id):
        print(line.text, end="")
    print(client.wait(run.run_id).exit_code)

Requests are repeated while the server cannot be reached, so that a program outlasts a restart of
the server. A submission is repeated under one Idempotency-Key, and never starts a second run. All
times are `datetime` in UTC with microseconds, all durations are seconds.
"""

import contextlib
import email.utils
import functools
import http.client
import ipaddress
import json
import math
import os
import random
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import (
    IO,
    Any,
    Callable,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Type,
    TypeVar,
    Union,
    get_type_hints,
)
from urllib.parse import quote, urlencode, urljoin, urlsplit

__version__ = "0.1.0.dev0"
__all__ = [
    "ApiError",
    "Artifact",
    "Client",
    "FINAL_STATUSES",
    "FieldError",
    "LogLine",
    "Metrics",
    "ProtocolError",
    "RegistryError",
    "Run",
    "RunConfig",
    "RunItem",
    "RunList",
    "RunState",
    "ServerUnreachableError",
    "WaitTimeoutError",
]

FINAL_STATUSES: FrozenSet[str] = frozenset({"completed", "failed", "timeout", "cancelled"})
"""The statuses that never change. The others are `pending` and `running`."""

Words = Union[str, Iterable[str], None]
"""One value of a filter, or several that are alternatives; None for no filter."""

_T = TypeVar("_T")
_TRANSIENT_STATUSES = frozenset({429, 502, 503, 504})
_STREAM_SILENCE = 20.0  # seconds; the server sends a heartbeat each second
_MAX_BODY = 64 * 1024 * 1024  # bytes; the largest regular body, metrics, has some 16 MiB
_MAX_ERROR_BODY = 64 * 1024
_MAX_EVENT = 4 * 1024 * 1024  # bytes; a line of a log has at most 64 KiB before it is escaped
_MIN_TIMEOUT = 1.0  # seconds that a single try always has


# --- Errors


class RegistryError(Exception):
    """The base of all errors of this module, except `ValueError` for arguments that cannot be sent.

    `idempotency_key` is set on errors of `submit`. Where the server could not be reached, it is not
    known whether the run was submitted: the same submission with this key returns that run, or
    submits it, during the next 24 hours.
    """

    idempotency_key: Optional[str] = None


class ServerUnreachableError(RegistryError):
    """There was no usable connection to the server for as long as the request was repeated.

    `__cause__` is the last failure.
    """


class ProtocolError(RegistryError):
    """What responds is not a run registry, or not one of a version that this client understands."""


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a request."""

    loc: Tuple[Union[str, int], ...]
    """Where it is: `("body", "num_epochs")`, `("query", "status")`."""
    msg: str
    type: str

    def __str__(self) -> str:
        return "{}: {}".format(".".join(map(str, self.loc)), self.msg)


class ApiError(RegistryError):
    """The server refused a request, or could not serve it for as long as it was repeated."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[FieldError] = (),
        request: str = "",
        request_id: Optional[str] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(status, detail, errors, request, request_id, retry_after)  # for pickle
        self.request = request
        """Method and path; empty if they are not known."""
        self.status = status
        """The status code of HTTP, 300 to 599."""
        self.detail = detail
        """One sentence of the server; of a 422 all `errors`."""
        self.errors: Tuple[FieldError, ...] = tuple(errors)
        """Of a 422 all that is wrong with the request; else empty."""
        self.request_id = request_id
        """The name of the request in the log of the server; None if the response has none."""
        self.retry_after = retry_after
        """Seconds after which the server expects the request again; None if it names none."""

    def __str__(self) -> str:
        request = self.request + ": " if self.request else ""
        return "{}{} {}".format(request, self.status, self.detail)

    @property
    def is_transient(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in _TRANSIENT_STATUSES or (
            self.status == 409 and self.retry_after is not None
        )


class WaitTimeoutError(RegistryError, TimeoutError):
    """The time limit of `Client.wait` has passed. The run is not affected."""

    def __init__(self, run_id: str, status: Optional[str], timeout: float) -> None:
        super().__init__(run_id, status, timeout)
        self.timeout = timeout
        """The time limit in seconds."""
        self.run_id = run_id
        self.status = status
        """The last known status of the run; None if there was no response."""

    def __str__(self) -> str:
        return "run {} has not ended after {:g} s: {}".format(
            self.run_id, self.timeout, self.status or "status unknown"
        )

    def __reduce__(self) -> Tuple[Any, ...]:  # as an OSError it would lose an argument
        return type(self), (self.run_id, self.status, self.timeout), self.__dict__


# --- What the server returns


@dataclass(frozen=True)
class Run:
    """One run, with the beginning of its output.

    The manual of the registry says of each field when it is None.
    """

    run_id: str
    status: str
    """`pending`, `running`, `completed`, `failed`, `timeout` or `cancelled`."""
    mode: str
    """`dry-run` or `local`."""
    dataset_key: str
    model_id: str
    output_dir: Optional[str]
    exit_code: Optional[int]
    """0 to 255, 128 + s if signal s ended it; None until the end, for dry-runs, timeouts, cancelled
    and lost runs."""
    stdout: str
    """The first 10 240 bytes, and a notice if there were more."""
    stderr: str
    duration_seconds: Optional[float]
    started_at: datetime
    """Of a pending run the time of its submission."""
    completed_at: Optional[datetime]
    """None until the end, and of a run that was lost in a crash."""
    message: str
    reason: Optional[str]
    """Why it ended so, such as `exited`, `signaled`, `rejected` or `lost`; None until the end."""
    executor: Optional[str]
    external_id: Optional[str]
    host: Optional[str]
    host_last_seen: Optional[datetime]
    pending_reason: Optional[str]
    name: Optional[str]
    tags: Mapping[str, str] = field(hash=False)
    """Empty if it has none."""
    note: Optional[str]
    parent_run_id: Optional[str]
    user: Optional[str]
    working_dir: Optional[str]
    git_commit: Optional[str]
    git_dirty: Optional[bool]
    command: Optional[Tuple[str, ...]]
    """Secrets are redacted; None for a dry-run, and if the server does not show commands."""
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    """All of the response, also what a later version of the server adds."""

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self.status in FINAL_STATUSES

    @property
    def succeeded(self) -> bool:
        """Whether the run has ended with status `completed`."""
        return self.status == "completed"


@dataclass(frozen=True)
class RunItem:
    """One run in a list; the fields are those of `Run`."""

    run_id: str
    dataset_key: str
    model_id: str
    mode: str
    status: str
    started_at: datetime
    duration_seconds: Optional[float]
    exit_code: Optional[int]
    message: str
    reason: Optional[str]
    host: Optional[str]
    executor: Optional[str]
    name: Optional[str]
    tags: Mapping[str, str] = field(hash=False)
    command: Optional[Tuple[str, ...]]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self.status in FINAL_STATUSES


@dataclass(frozen=True)
class RunState:
    """The status of a run, without its output."""

    run_id: str
    status: str
    queued_at: datetime
    """When it was accepted."""
    started_at: Optional[datetime]
    """None while it is pending."""
    completed_at: Optional[datetime]
    exit_code: Optional[int]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self.status in FINAL_STATUSES


@dataclass(frozen=True)
class RunConfig:
    """The hyperparameters that a run was submitted with; None for a command of the user's own."""

    learning_rate: Optional[float]
    num_epochs: Optional[int]
    batch_size: Optional[int]
    max_seq_length: Optional[int]
    weight_decay: Optional[float]
    device: Optional[str]
    time_limit_seconds: Optional[float]
    """None if there was none."""
    parent_run_id: Optional[str]
    raw: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True)
class LogLine:
    """One line of the output of a run."""

    seq: int
    """The number of the line in both streams together, from 1."""
    stream: str
    """`stdout` or `stderr`."""
    text: str
    """The line with its line feed. Without one it is the last line of its stream, or a part of
    64 KiB, which the next one continues."""
    created_at: Optional[datetime]
    """When it was printed; None if that is not known."""
    event_id: str
    """The position after this line, for `Client.follow`."""


@dataclass(frozen=True)
class Metrics:
    """The lines of `metrics.jsonl` in the output directory of a run."""

    lines: Tuple[Any, ...]
    """The value of each line, in the order of the file; empty if there is no such file."""
    skipped: int
    """The number of lines that are no JSON, or longer than 64 KiB."""
    is_truncated: bool
    """Whether the file is larger than 16 MiB, and these are its last lines."""


@dataclass(frozen=True)
class Artifact:
    """A file in the output directory of a run."""

    name: str
    size: int
    """In bytes."""
    path: str


class RunList(Iterator[RunItem]):
    """The runs of a list, page by page, as they are needed: iterate over it once, in one thread."""

    def __init__(self, fetch: Callable[[str], "_Response"], first: str) -> None:
        self._fetch = fetch
        self._next: Optional[str] = first
        self._items: List[RunItem] = []  # of the current page, in reverse
        self._is_incomplete = False

    @property
    def is_incomplete(self) -> bool:
        """Whether there are more runs than the server searched. Only with a filter, and `sort` by
        duration or start, for which it examines 10 000 runs. Known when the iteration has ended;
        False before.
        """
        return self._is_incomplete

    def __iter__(self) -> "RunList":
        return self

    def __next__(self) -> RunItem:
        while not self._items:  # a page of a search may be empty, and have a next one
            if self._next is None:
                raise StopIteration
            response = self._fetch(self._next)
            page = response.json_object()
            self._items = [
                _read(RunItem, _checked(each, dict, "data"))
                for each in reversed(_required(page, "data", list))
            ]
            self._next = response.next_page()
            self._is_incomplete = (
                self._next is None and response.headers.get("X-Search-Window") is not None
            )
        return self._items.pop()


# --- The client


class Client:
    """A client of one server. Thread-safe; holds no connection, so that there is nothing to close.

    Every method raises `ApiError` if the server refuses the request, `ServerUnreachableError` if it
    cannot be reached, and `ProtocolError` if what responds is no registry. Failed connections and
    the status codes 429, 502, 503 and 504 are retried, with exponential backoff and jitter, after
    `Retry-After` where the server names it, and until `retry_for` has passed. Redirects are not
    followed: the error has the address.
    """

    def __init__(
        self,
        base_url: str,
        token: Optional[str] = None,
        timeout: float = 20.0,
        *,
        retry_for: float = 60.0,
        ssl_context: Optional[ssl.SSLContext] = None,
    ) -> None:
        """Creates a client; connects to nothing.

        base_url: `http://HOST:PORT`, as the server prints it, or `https://…`, with a path if a
            proxy serves it below one.
        token: the token of the server, sent with each request, over http:// in the clear; None if
            the server has none.
        timeout: seconds that connecting, and waiting for more of a response, may take; above 0. The
            server needs up to 10 s to report that its database does not respond.
        retry_for: seconds for which a request is repeated, from 0 for a single try. `follow` counts
            them from the last event, and `wait` for each of its requests.
        ssl_context: for certificates that the host does not trust; None for the usual ones.

        Proxies are those of the environment (`http_proxy`, `https_proxy`, `no_proxy`), and none for
        a loopback address. Raises `ValueError` for a URL or a token that cannot be used.
        """
        parts = urlsplit(base_url)
        is_plain = re.fullmatch(r"[!-~]+", base_url) is not None
        if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
            raise ValueError("not an address of a server, such as http://127.0.0.1:8080")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError(
                "an address of a server has no user, query or fragment; the token is an argument"
            )
        parts.port  # raises ValueError
        if token is not None and not re.fullmatch(r"[!-~]+", token):
            raise ValueError("the token must have visible ASCII characters only")
        self._base = base_url.rstrip("/")
        self._token = token
        self._timeout = _positive(timeout, "timeout")
        self._retry_for = _not_negative(retry_for, "retry_for")
        self._opener = _opener(parts.hostname, ssl_context)

    def __repr__(self) -> str:
        return "Client({!r})".format(self._base)

    def submit(
        self,
        dataset_key: str,
        model_id: str,
        *,
        dry_run: Optional[bool] = None,
        output_dir: Optional[str] = None,
        learning_rate: Optional[float] = None,
        weight_decay: Optional[float] = None,
        num_epochs: Optional[int] = None,
        batch_size: Optional[int] = None,
        max_seq_length: Optional[int] = None,
        device: Optional[str] = None,
        time_limit_seconds: Optional[float] = None,
        priority: Optional[int] = None,
        name: Optional[str] = None,
        tags: Optional[Mapping[str, str]] = None,
        note: Optional[str] = None,
        parent_run_id: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> Run:
        """Adds a run to the queue of the server, and returns it as `pending`, durably recorded.

        A run that cannot start, for example because its data set does not exist, is accepted, and
        ends as `failed`. The server uses its defaults for what is None; **without `dry_run=False`
        that is a dry-run**, which only validates.

        dataset_key, model_id: the data set of the server, and the model; 1 to 255 bytes, and 1 to
            256 characters.
        output_dir: where the run writes to; its own directory below `./output` by default.
        learning_rate: above 0, at most 1; 2e-5 by default.
        weight_decay: 0 to 1; 0.01 by default.
        num_epochs: 1 to 100; 3 by default.
        batch_size: 1 to 512; 8 by default.
        max_seq_length: 128 to 32768; 2048 by default.
        device: `auto`, `cpu` or `cuda`; `auto` by default.
        time_limit_seconds: at least 0.001, at most the limit of the operator, which is the default;
            not of a dry-run.
        priority: -100 to 100, runs with a higher one start first; 0 by default.
        name: 1 to 128 characters; several runs may have the same.
        tags: at most 32; keys of 1 to 64 characters, values of at most 256, which may be empty.
        note: 1 to 4000 characters.
        parent_run_id: the run that this one follows.
        idempotency_key: 1 to 255 visible ASCII characters, the same for a submission that is
            repeated by another process: within 24 hours it returns the first run in its present
            state. By default a new one, for all tries of this call.

        A try that the server refuses with 503, because its database does not respond, starts
        nothing, and may be on record as a failed run with reason `not-started`.

        Raises `ApiError` with status 422 and all `errors` for values out of range, and with 429 if
        the queue stays full.
        """
        key = str(uuid.uuid4()) if idempotency_key is None else idempotency_key
        if not re.fullmatch(r"[!-~]{1,255}", key):
            raise ValueError("idempotency_key must have 1 to 255 visible ASCII characters")
        request: Dict[str, Any] = {
            "dataset_key": dataset_key,
            "model_id": model_id,
            "output_dir": output_dir,
            "dry_run": dry_run,
            "learning_rate": learning_rate,
            "weight_decay": weight_decay,
            "num_epochs": num_epochs,
            "batch_size": batch_size,
            "max_seq_length": max_seq_length,
            "device": device,
            "time_limit_seconds": time_limit_seconds,
            "priority": priority,
            "name": name,
            "tags": None if tags is None else dict(tags),
            "note": note,
            "parent_run_id": parent_run_id,
        }
        body = json.dumps(
            {k: v for k, v in request.items() if v is not None}, allow_nan=False
        ).encode("utf-8")
        try:
            return _read(
                Run,
                self._json(
                    "POST", "/api/tunix/run?mode=async", body=body, headers={"Idempotency-Key": key}
                ),
            )
        except RegistryError as e:
            e.idempotency_key = key
            raise

    def get(self, run_id: str) -> Run:
        """Returns a run; `ApiError` with status 404 if there is none with this id."""
        return _read(Run, self._json("GET", _path(run_id)))

    def status(self, run_id: str) -> RunState:
        """Returns the status of a run, without its output."""
        return _read(RunState, self._json("GET", _path(run_id, "status")))

    def config(self, run_id: str) -> RunConfig:
        """Returns the hyperparameters that a run was submitted with."""
        return _read(RunConfig, self._json("GET", _path(run_id, "config")))

    def wait(
        self, run_id: str, timeout: Optional[float] = None, *, poll_interval: float = 2.0
    ) -> Run:
        """Blocks until a run has ended, and returns it as it ended. How it ended is data: a failed
        run is no error.

        timeout: seconds, from 0, which only checks the status; None for no limit. A try that is in
            progress then is finished within a second.
        poll_interval: seconds between two checks; at first they are shorter.

        Raises `WaitTimeoutError`, a `TimeoutError`, when the time has passed, also if the server
        cannot be reached then.
        """
        limit = math.inf if timeout is None else _not_negative(timeout, "timeout")
        longest = _positive(poll_interval, "poll_interval")
        end = time.monotonic() + limit
        pause = min(0.1, longest)
        status: Optional[str] = None
        while True:
            left = max(0.0, end - time.monotonic())
            retry_for = min(self._retry_for, left)
            one_try = min(self._timeout, max(_MIN_TIMEOUT, left))
            try:
                path = _path(run_id, "status")
                state = _read(
                    RunState, self._json("GET", path, retry_for=retry_for, timeout=one_try)
                )
                status = state.status
                if state.is_final:
                    path = _path(run_id)
                    return _read(Run, self._json("GET", path, retry_for=retry_for, timeout=one_try))
            except RegistryError as e:
                is_late = isinstance(e, ServerUnreachableError) or (
                    isinstance(e, ApiError) and e.is_transient
                )
                if is_late and left <= self._retry_for:
                    raise WaitTimeoutError(run_id, status, limit) from e
                raise
            left = end - time.monotonic()
            if left <= 0:
                raise WaitTimeoutError(run_id, status, limit)
            time.sleep(min(left, pause * random.uniform(0.8, 1.0)))
            pause = min(pause * 1.5, longest)

    def follow(self, run_id: str, *, last_event_id: Optional[str] = None) -> Iterator[LogLine]:
        """Returns the lines of both streams of a run as they are printed, until it has ended; of an
        ended run all of them.

        Connects when the first line is requested. After an interruption, also by a restart of the
        server, it continues after the last line: none is lost, none repeated. Only the server of
        the host that runs it has the output.

        last_event_id: the `event_id` of the last line that is known, to continue after it; None to
            begin with the first.

        The iterator belongs to one thread; closing it disconnects. Raises `ApiError` with status
        404 if there is no such run, or its output is on another host, which the error names.
        """
        path = _path(run_id, "logs")
        if last_event_id is not None and not re.fullmatch(r"[!-~]{1,100}", last_event_id):
            raise ValueError("last_event_id must be the event_id of a line")
        return self._follow(run_id, path, last_event_id)

    def cancel(self, run_id: str) -> bool:
        """Requests that a run be cancelled. The request is durable, and repeating it changes
        nothing.

        Returns True if it is stored: the run is terminated, and `wait` returns how it ended, which
        is `cancelled` unless it ended by itself first. Returns False if the run had ended before.

        Raises `ApiError` with status 409 if the run is on another host that the server cannot
        reach.
        """
        try:
            self._json("POST", _path(run_id, "cancel"), body=b"")
            return True
        except ApiError as e:
            if e.status == 400 and e.detail.startswith("Run is already in terminal state"):
                return False
            raise

    def list(
        self,
        *,
        status: Words = None,
        mode: Words = None,
        dataset_key: Words = None,
        model_id: Words = None,
        executor: Words = None,
        host: Words = None,
        reason: Words = None,
        exit_code: Union[int, Iterable[int], None] = None,
        name: Words = None,
        tag: Words = None,
        since: Union[datetime, str, None] = None,
        until: Union[datetime, str, None] = None,
        q: Optional[str] = None,
        sort: Optional[str] = None,
        page_size: int = 100,
    ) -> RunList:
        """Returns the runs that meet all filters, newest first, over all pages; runs that are added
        meanwhile shift nothing.

        Several values of one filter are alternatives. An empty text is no filter.

        tag: `KEY=VALUE`, or `KEY` for any value; values of one key are alternatives, different keys
            all apply.
        since, until: accepted at this time or later, and before this time: `datetime` with a time
            zone, or text in ISO 8601.
        q: a part of the command, name, model, data set or message, literally; at most 200
            characters.
        sort: `created_at`, `started_at` or `duration`, with `-` in front for descending;
            `-created_at`. For the last two see `RunList.is_incomplete`.
        page_size: runs per request, 1 to 100.

        What no index answers (`q`, and several filters besides `since` and `until`) is searched for
        in 10 000 runs per request, and many requests may pass between two runs. Requests are made
        while iterating, and raise `ApiError` with status 422 for values that do not exist.
        """
        filters: Dict[str, List[str]] = {
            "status": _words(status),
            "mode": _words(mode),
            "dataset_key": _words(dataset_key),
            "model_id": _words(model_id),
            "executor": _words(executor),
            "host": _words(host),
            "reason": _words(reason),
            "exit_code": _words([exit_code] if isinstance(exit_code, int) else exit_code),
            "name": _words(name),
            "tag": _words(tag),
            "since": _time_words(since),
            "until": _time_words(until),
            "q": _words(q),
            "sort": _words(sort),
            "limit": [str(page_size)],
        }
        first = (
            self._base
            + "/api/tunix/runs?"
            + urlencode([(k, v) for k, values in filters.items() for v in values])
        )
        return RunList(self._page, first)

    def metrics(self, run_id: str) -> Metrics:
        """Returns the metrics that a run has written to `metrics.jsonl` in its output directory,
        also while it runs.

        Raises `ApiError` with status 403 if the directory is outside what the operator allows.
        """
        response = self._request("GET", _path(run_id, "metrics"))
        skipped = response.headers.get("X-Skipped-Lines", "0")
        return Metrics(
            lines=tuple(_checked(response.json(), list, "metrics")),
            skipped=int(skipped) if skipped.isdecimal() else 0,
            is_truncated=response.headers.get("X-Metrics-Truncated") == "true",
        )

    def artifacts(self, run_id: str) -> List[Artifact]:
        """Returns the files in the output directory of a run by name, at most 10 000; empty if
        there are none.

        Raises `ApiError` with status 403 if the directory is outside what the operator allows.
        """
        files = _required(self._json("GET", _path(run_id, "artifacts")), "artifacts", list)
        return [
            Artifact(
                name=_required(each, "name", str),
                size=_required(each, "size", int),
                path=_required(each, "path", str),
            )
            for each in (_checked(f, dict, "artifacts") for f in files)
        ]

    def read_artifact(self, run_id: str, name: str) -> bytes:
        """Returns the contents of a file in the output directory of a run, of at most 64 MiB.

        Raises `ApiError` with status 404 if there is no such file.
        """
        return self._request("GET", _artifact_path(run_id, name)).body

    def download_artifact(
        self, run_id: str, name: str, path: Union[str, "os.PathLike[str]"]
    ) -> int:
        """Writes a file in the output directory of a run to a local path, which it replaces when it
        is complete.

        Returns its size in bytes. Raises `OSError` if it cannot be written here.
        """
        address = _artifact_path(run_id, name)
        part = "{}.{}.part".format(os.fspath(path), uuid.uuid4().hex)
        with open(part, "xb") as file:
            try:

                def attempt(timeout: float) -> int:
                    with self._open("GET", address, timeout=timeout) as response:
                        file.seek(0)
                        file.truncate()
                        return _copy(response, file, None)

                size = self._retrying("GET", address, attempt, self._retry_for, self._timeout)
                file.close()
                os.replace(part, path)
                return size
            except BaseException:
                os.unlink(part)
                raise

    # --- Requests

    def _json(
        self,
        method: str,
        path: str,
        *,
        body: Optional[bytes] = None,
        headers: Optional[Mapping[str, str]] = None,
        retry_for: Optional[float] = None,
        timeout: Optional[float] = None,
    ) -> Dict[str, Any]:
        return self._request(
            method, path, body=body, headers=headers, retry_for=retry_for, timeout=timeout
        ).json_object()

    def _page(self, url: str) -> "_Response":
        if not url.startswith(self._base + "/"):  # the token is for this server
            raise ProtocolError(
                "the next page of a list is on another server: {}".format(url[:200])
            )
        return self._request("GET", url[len(self._base) :])

    def _request(
        self,
        method: str,
        path: str,
        *,
        body: Optional[bytes] = None,
        headers: Optional[Mapping[str, str]] = None,
        retry_for: Optional[float] = None,
        timeout: Optional[float] = None,
    ) -> "_Response":
        """Makes a request that may be repeated, and returns the whole response."""

        def attempt(timeout: float) -> _Response:
            with self._open(method, path, body=body, headers=headers, timeout=timeout) as response:
                whole = _Buffer()
                _copy(response, whole, _MAX_BODY)
                return _Response(self._base + path, response.headers, bytes(whole.content))

        return self._retrying(
            method,
            path,
            attempt,
            self._retry_for if retry_for is None else retry_for,
            self._timeout if timeout is None else timeout,
        )

    def _retrying(
        self,
        method: str,
        path: str,
        attempt: Callable[[float], _T],
        retry_for: float,
        timeout: float,
    ) -> _T:
        end = time.monotonic() + retry_for
        pauses = _Backoff()
        limit = timeout  # of the first try; the others do not outlast the end
        while True:
            try:
                return attempt(limit)
            except _Interrupted as e:
                failure = self._unreachable(method, path, e)
                pause = pauses.next(end, None)
            except ApiError as e:
                if not e.is_transient:
                    raise
                failure = e
                pause = pauses.next(end, e.retry_after)
            if pause is None:
                raise failure
            time.sleep(pause)
            limit = min(timeout, max(_MIN_TIMEOUT, end - time.monotonic()))

    def _unreachable(self, method: str, path: str, interruption: "_Interrupted") -> RegistryError:
        failure = ServerUnreachableError(
            "{} {}{}: {}".format(method, self._base, path.partition("?")[0], interruption)
        )
        failure.__cause__ = interruption.__cause__
        return failure

    def _open(
        self,
        method: str,
        path: str,
        *,
        body: Optional[bytes] = None,
        headers: Optional[Mapping[str, str]] = None,
        timeout: float,
    ) -> "http.client.HTTPResponse":
        """Makes one try, and returns the response when its headers have arrived.

        Raises `_Interrupted` if a repetition may succeed.
        """
        request = urllib.request.Request(self._base + path, data=body, method=method)
        request.add_header("Accept", "*/*")
        request.add_header("User-Agent", "run-registry-python/" + __version__)
        if body is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        if self._token is not None:
            request.add_unredirected_header("Authorization", "Bearer " + self._token)
        with _interruptions():
            try:
                response: http.client.HTTPResponse = self._opener.open(request, timeout=timeout)
                return response
            except urllib.error.HTTPError as e:
                with e:
                    raise _api_error(method + " " + path.partition("?")[0], e) from None

    # --- Following

    def _follow(self, run_id: str, path: str, position: Optional[str]) -> Iterator[LogLine]:
        pauses = _Backoff()
        end: Optional[float] = None  # of the tries since the last event
        was_missing = False
        while True:
            retry_after: Optional[float] = None
            failure: RegistryError
            try:
                headers = {"Accept": "text/event-stream"}
                if position is not None:
                    headers["Last-Event-ID"] = position
                with self._open(
                    "GET", path, headers=headers, timeout=max(self._timeout, _STREAM_SILENCE)
                ) as response:
                    if response.headers.get_content_type() != "text/event-stream":
                        raise ProtocolError(
                            "GET {}{}: the response is no stream of events".format(self._base, path)
                        )
                    for event in _events(response):
                        pauses, end, was_missing = _Backoff(), None, False
                        if event.name == "status":
                            return
                        if event.name == "log":
                            line = _line(event)
                            position = line.event_id
                            yield line
                raise _Interrupted("the stream ended before the run")
            except _Interrupted as e:
                failure = self._unreachable("GET", path, e)
            except ApiError as e:
                if e.status == 404:
                    self._await_start(run_id, e, was_missing)
                    was_missing = True
                    continue
                if not e.is_transient:
                    raise
                failure, retry_after = e, e.retry_after
            if end is None:
                end = time.monotonic() + self._retry_for
            pause = pauses.next(end, retry_after)
            if pause is None:
                raise failure
            time.sleep(pause)

    def _await_start(self, run_id: str, missing: ApiError, was_missing: bool) -> None:
        """Waits while a run without output is pending.

        Raises the error if it is not, and was missing before: then its output is on another host.
        """
        pause = 0.1
        is_pending = False
        while self.status(run_id).status == "pending":
            is_pending = True
            time.sleep(pause * random.uniform(0.8, 1.0))
            pause = min(pause * 1.5, 2.0)
        if was_missing and not is_pending:
            raise missing


# --- Connections


class _Interrupted(Exception):
    """A try failed that may succeed when it is repeated."""


@contextlib.contextmanager
def _interruptions() -> Iterator[None]:
    """Turns failures of a connection into `_Interrupted`, or an error if that is permanent."""
    try:
        yield
    except (OSError, http.client.HTTPException) as e:
        cause = e.reason if isinstance(e, urllib.error.URLError) else e
        if isinstance(cause, (OSError, http.client.IncompleteRead)) and _is_transient(cause):
            raise _Interrupted(_sentence(cause)) from cause
        if isinstance(e, OSError):
            raise ServerUnreachableError(_sentence(cause)) from e
        raise ProtocolError("the response is not HTTP: {}".format(_sentence(cause))) from e


def _is_transient(failure: Exception) -> bool:
    if isinstance(failure, socket.gaierror):
        return failure.errno == socket.EAI_AGAIN
    if isinstance(failure, ssl.SSLError):  # not of certificates
        return isinstance(failure, (ssl.SSLEOFError, ssl.SSLSyscallError, ssl.SSLZeroReturnError))
    return True


def _sentence(failure: object) -> str:
    return str(failure) or type(failure).__name__


class _Backoff:
    """Pauses of 0.1 s to 5 s, doubled each time, shortened by chance by up to a half."""

    def __init__(self) -> None:
        self._longest = 0.1

    def next(self, end: float, retry_after: Optional[float]) -> Optional[float]:
        """Returns the seconds until the next try; None if no try is left before the end."""
        left = end - time.monotonic()
        pause = self._longest * random.uniform(0.5, 1.0)
        self._longest = min(2 * self._longest, 5.0)
        if left <= 0 or (retry_after is not None and retry_after > left):
            return None
        return min(left, pause if retry_after is None else max(pause, retry_after))


def _opener(host: str, context: Optional[ssl.SSLContext]) -> urllib.request.OpenerDirector:
    """Returns what opens http:// and https:// only, and follows no redirects."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler({} if _is_loopback(host) else None),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _is_loopback(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class _Buffer:
    """Bytes in memory, written like a file."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, part: bytes) -> int:
        self.content += part
        return len(part)


def _copy(
    response: "http.client.HTTPResponse", target: Union[_Buffer, IO[bytes]], limit: Optional[int]
) -> int:
    """Copies a body, and returns its size; raises `_Interrupted` if it is incomplete."""
    announced = response.headers.get("Content-Length", "")
    size = 0
    while True:
        with _interruptions():
            part = response.read1(65536)
        if not part:
            break
        size += len(part)
        if limit is not None and size > limit:
            raise ProtocolError("the response is larger than {} bytes".format(limit))
        target.write(part)
    if announced.isdecimal() and size != int(announced):
        raise _Interrupted("{} of {} bytes were received".format(size, announced))
    return size


class _Response:
    """A whole response."""

    def __init__(self, url: str, headers: "http.client.HTTPMessage", body: bytes) -> None:
        self.url, self.headers, self.body = url, headers, body

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as e:
            raise ProtocolError(
                "{}: no JSON but {}; is this a run registry?".format(
                    self.url, self.headers.get_content_type()
                )
            ) from e

    def json_object(self) -> Dict[str, Any]:
        return _checked(self.json(), dict, "response")

    def next_page(self) -> Optional[str]:
        """Returns the address of the next page; None if this is the last one."""
        match = re.search(r'<([^<>]*)>\s*;\s*rel="next"', self.headers.get("Link", ""))
        return None if match is None else urljoin(self.url, match.group(1))


def _api_error(request: str, response: urllib.error.HTTPError) -> ApiError:
    detail, errors = "", []
    try:
        content = response.read(_MAX_ERROR_BODY)
        found = (
            json.loads(content).get("detail")
            if "json" in response.headers.get_content_type()
            else None
        )
        if isinstance(found, str):
            detail = found
        elif isinstance(found, list):
            errors = [
                FieldError(tuple(each["loc"]), str(each["msg"]), str(each["type"]))
                for each in found
            ]
            detail = "; ".join(map(str, errors))
    except (
        OSError,
        http.client.HTTPException,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        errors = []  # of a proxy, or cut off: the status counts
    location = response.headers.get("Location")
    if 300 <= response.code < 400 and location:
        detail = "redirects are not followed; this one leads to " + location[:500]
    return ApiError(
        response.code,
        detail or str(response.reason),
        errors,
        request=request,
        request_id=response.headers.get("X-Request-Id"),
        retry_after=_seconds(response.headers.get("Retry-After")),
    )


def _seconds(retry_after: Optional[str]) -> Optional[float]:
    """Returns the seconds of a `Retry-After`, which may be a date; None if it cannot be read."""
    if retry_after is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
        return float(retry_after)
    try:
        moment = email.utils.parsedate_to_datetime(retry_after)
        return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


# --- Events


@dataclass(frozen=True)
class _Event:
    name: str
    data: str
    id: Optional[str]


def _events(response: "http.client.HTTPResponse") -> Iterator[_Event]:
    """Yields the server-sent events of a response; an incomplete last one is left out."""
    name = "message"
    data: List[str] = []
    event_id: Optional[str] = None
    for line in _lines(response):
        if not line:
            if data:
                yield _Event(name, "\n".join(data), event_id)
            name, data, event_id = "message", [], None
            continue
        key, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if key == "event":
            name = value
        elif key == "data":
            data.append(value)
        elif key == "id":
            event_id = value


def _lines(response: "http.client.HTTPResponse") -> Iterator[str]:
    rest = bytearray()
    while True:
        with _interruptions():
            part = response.read1(65536)
        if not part:
            return
        begin = len(rest)
        rest += part
        end = rest.find(b"\n", begin)
        start = 0
        while end >= 0:
            yield rest[start:end].rstrip(b"\r").decode("utf-8", "replace")
            start = end + 1
            end = rest.find(b"\n", start)
        del rest[:start]
        if len(rest) > _MAX_EVENT:
            raise ProtocolError("an event is larger than {} bytes".format(_MAX_EVENT))


def _line(event: _Event) -> LogLine:
    try:
        data = _checked(json.loads(event.data), dict, "log")
    except ValueError as e:
        raise ProtocolError("an event is no JSON: {}".format(e)) from e
    if event.id is None:
        raise ProtocolError("an event has no id")
    return LogLine(
        seq=_required(data, "seq", int),
        stream=_required(data, "stream", str),
        text=_required(data, "chunk", str),
        created_at=_time_or_none(data, "created_at"),
        event_id=event.id,
    )


# --- Arguments


def _path(run_id: str, what: str = "") -> str:
    try:
        uuid.UUID(run_id)
    except (ValueError, AttributeError, TypeError):
        raise ValueError("not the id of a run: {!r}".format(run_id)[:100]) from None
    return "/api/tunix/runs/{}{}".format(quote(run_id, safe=""), "/" + what if what else "")


def _artifact_path(run_id: str, name: str) -> str:
    if not name:
        raise ValueError("an artifact has a name")
    return "{}/{}/download".format(_path(run_id, "artifacts"), quote(name, safe=""))


def _words(values: Union[str, Iterable[object], None]) -> List[str]:
    if values is None:
        return []
    words = [values] if isinstance(values, str) else [str(each) for each in values]
    if not words:
        raise ValueError("a filter without values would match nothing; None is no filter")
    return words


def _time_words(moment: Union[datetime, str, None]) -> List[str]:
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError("a time without a time zone: {}".format(moment))
        return [
            moment.astimezone(timezone.utc)
            .isoformat(timespec="microseconds")
            .replace("+00:00", "Z")
        ]
    return _words(moment)


def _positive(seconds: float, name: str) -> float:
    if not 0 < seconds < math.inf:
        raise ValueError("{} must be above 0: {}".format(name, seconds))
    return seconds


def _not_negative(seconds: float, name: str) -> float:
    if not seconds >= 0:
        raise ValueError("{} must not be negative: {}".format(name, seconds))
    return seconds


# --- Values


def _checked(value: Any, kind: Type[_T], name: str) -> _T:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ProtocolError(
            "{} should be of type {}, and is {}".format(name, kind.__name__, type(value).__name__)
        )
    return value


def _required(data: Mapping[str, Any], name: str, kind: Type[_T]) -> _T:
    if name not in data:
        raise ProtocolError("the response has no {}; is this a run registry?".format(name))
    return _checked(data[name], kind, name)


def _optional(data: Mapping[str, Any], name: str, kind: Type[_T]) -> Optional[_T]:
    value = data.get(name)
    return None if value is None else _checked(value, kind, name)


def _number(data: Mapping[str, Any], name: str) -> Optional[float]:
    value = data.get(name)
    return (
        float(value)
        if isinstance(value, int) and not isinstance(value, bool)
        else _optional(data, name, float)
    )


def _time(data: Mapping[str, Any], name: str) -> datetime:
    text = _required(data, name, str)
    try:  # before Python 3.11 fromisoformat does not know the Z
        return datetime.fromisoformat(re.sub(r"Z$", "+00:00", text)).astimezone(timezone.utc)
    except ValueError as e:
        raise ProtocolError("{} should be a time, and is {!r}".format(name, text[:100])) from e


def _time_or_none(data: Mapping[str, Any], name: str) -> Optional[datetime]:
    return None if data.get(name) is None else _time(data, name)


def _tags(data: Mapping[str, Any], name: str) -> Dict[str, str]:
    return {
        key: _checked(value, str, name)
        for key, value in (_optional(data, name, dict) or {}).items()
    }


def _command(data: Mapping[str, Any], name: str) -> Optional[Tuple[str, ...]]:
    words = _optional(data, name, list)
    return None if words is None else tuple(_checked(word, str, name) for word in words)


_READERS: Dict[Any, Callable[[Mapping[str, Any], str], Any]] = {
    str: lambda data, name: _required(data, name, str),
    Optional[str]: lambda data, name: _optional(data, name, str),
    Optional[int]: lambda data, name: _optional(data, name, int),
    Optional[bool]: lambda data, name: _optional(data, name, bool),
    Optional[float]: _number,
    datetime: _time,
    Optional[datetime]: _time_or_none,
    Mapping[str, str]: _tags,
    Optional[Tuple[str, ...]]: _command,
}


@functools.lru_cache(maxsize=None)
def _fields(kind: Type[Any]) -> Tuple[Tuple[str, Callable[[Mapping[str, Any], str], Any]], ...]:
    hints = get_type_hints(kind)
    return tuple((each, _READERS[hint]) for each, hint in hints.items() if each != "raw")


def _read(kind: Callable[..., _T], data: Mapping[str, Any]) -> _T:
    """Creates a value, whose fields have the names of the JSON."""
    return kind(raw=data, **{name: read(data, name) for name, read in _fields(kind)})
