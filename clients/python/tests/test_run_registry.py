"""What programs see of the client, with real servers: python3 -m pytest clients/python"""

import dataclasses
import inspect
import itertools
import json
import pickle
import re
import socket
import sqlite3
import threading
import time
import uuid
from contextlib import closing
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import run_registry
from conftest import DATASET, ROOT, Relay, until
from run_registry import (
    ApiError,
    Client,
    FieldError,
    ProtocolError,
    Run,
    RunConfig,
    RunItem,
    RunState,
    ServerUnreachableError,
    WaitTimeoutError,
)

NO_RUN = "00000000-0000-7000-8000-000000000000"


def in_background(function):
    """Starts a function in a thread, and returns a function that waits for its result."""
    result = []

    def run():
        try:
            result.append((function(), None))
        except BaseException as e:
            result.append((None, e))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def join():
        thread.join()
        value, failure = result[0]
        if failure is not None:
            raise failure
        return value

    return join


def submit(client, model, **options):
    return client.submit(DATASET, model, dry_run=False, **options)


@pytest.fixture
def answering():
    """Starts servers that give one response to all requests, whose headers they note."""
    servers = []

    def start(status, headers, body=b""):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.requests.append(dict(self.headers))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *args):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        server.requests = []
        server.address = "http://127.0.0.1:{}".format(server.server_port)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


# --- Submitting, waiting, cancelling


def test_a_submitted_training_is_pending_and_wait_returns_its_end(client):
    run = submit(
        client,
        "exit 3",
        learning_rate=1e-4,
        name="three",
        tags={"seed": "7"},
        note="why\nnot",
        priority=5,
    )
    assert (run.status, run.mode, run.exit_code, run.completed_at) == (
        "pending",
        "local",
        None,
        None,
    )
    assert not run.is_final
    ended = client.wait(run.run_id, timeout=60)
    assert (ended.status, ended.exit_code, ended.reason, ended.name) == (
        "failed",
        3,
        "exited",
        "three",
    )
    assert (ended.tags, ended.note, ended.is_final, ended.succeeded) == (
        {"seed": "7"},
        "why\nnot",
        True,
        False,
    )
    assert ended.started_at.tzinfo == timezone.utc and ended.completed_at > ended.started_at
    assert ended.duration_seconds == pytest.approx(
        (ended.completed_at - ended.started_at).total_seconds()
    )
    assert ended.command[-1] == "{config}" and ended == client.get(run.run_id)
    assert client.status(run.run_id) == RunState(
        run.run_id, "failed", run.started_at, ended.started_at, ended.completed_at, 3, raw={}
    )
    assert client.config(run.run_id).learning_rate == 1e-4
    assert {ended: 1}[ended] == 1  # runs can be keys


def test_a_submission_without_dry_run_only_validates(client):
    run = client.submit(
        DATASET, "gemma", num_epochs=7, max_seq_length=128, device="cpu", weight_decay=0.0
    )
    assert (run.mode, run.message) == ("dry-run", "Dry-run execution pending")
    ended = client.wait(run.run_id)
    assert ended.succeeded and "num_epochs=7" in ended.stdout
    assert client.config(run.run_id) == RunConfig(2e-5, 7, 8, 128, 0.0, "cpu", None, None, raw={})


def test_a_run_follows_another_as_its_parent(client):
    parent = client.submit(DATASET, "gemma")
    child = client.submit(DATASET, "gemma", parent_run_id=parent.run_id)
    assert (child.parent_run_id, client.config(child.run_id).parent_run_id) == (
        parent.run_id,
        parent.run_id,
    )


def test_a_data_set_that_does_not_exist_is_a_failed_run_and_no_error(client):
    ended = client.wait(client.submit("no-such-data", "gemma").run_id)
    assert (ended.status, ended.reason) == ("failed", "rejected")


def test_wait_raises_timeout_error_and_cancel_ends_the_run(client):
    run = submit(client, "hold")
    with pytest.raises(TimeoutError, match="has not ended after 0 s: (pending|running)") as late:
        client.wait(run.run_id, timeout=0)
    assert isinstance(late.value, WaitTimeoutError) and late.value.run_id == run.run_id
    with pytest.raises(WaitTimeoutError):
        client.wait(run.run_id, timeout=0.3, poll_interval=0.1)
    assert client.cancel(run.run_id)
    ended = client.wait(run.run_id)
    assert (ended.status, ended.exit_code, ended.message) == (
        "cancelled",
        None,
        "Cancelled by a client of the HTTP API",
    )
    assert not client.cancel(run.run_id)


def test_a_run_over_its_time_limit_ends_with_status_timeout(client):
    run = submit(client, "hold", time_limit_seconds=0.5)
    ended = client.wait(run.run_id)
    assert (ended.status, ended.exit_code) == ("timeout", None)


# --- Errors


def test_a_refused_request_names_all_fields_that_are_wrong(client):
    with pytest.raises(ApiError) as refused:
        client.submit(DATASET, "gemma", num_epochs=101, learning_rate=2, tags={"": "x"})
    e = refused.value
    assert e.status == 422 and not e.is_transient
    assert {each.loc[:2] for each in e.errors} >= {
        ("body", "num_epochs"),
        ("body", "learning_rate"),
        ("body", "tags"),
    }
    assert all(isinstance(each, FieldError) and each.msg and each.type for each in e.errors)
    assert "POST /api/tunix/run: 422 body." in str(e) and "body.num_epochs" in e.detail
    assert re.fullmatch(r"[0-9A-Za-z._:-]{1,64}", e.request_id)
    assert e.idempotency_key


@pytest.mark.parametrize(
    "method", ["get", "status", "config", "wait", "cancel", "metrics", "artifacts"]
)
def test_a_run_that_does_not_exist_is_404(client, method):
    with pytest.raises(ApiError, match="404 No run " + NO_RUN) as missing:
        getattr(client, method)(NO_RUN)
    assert (missing.value.status, missing.value.detail, missing.value.errors) == (
        404,
        "No run " + NO_RUN,
        (),
    )


def test_following_a_run_that_does_not_exist_is_404(client):
    with pytest.raises(ApiError, match="404 No run"):
        next(client.follow(NO_RUN))


@pytest.mark.parametrize("run_id", ["", "..", "latest", "../hosts", None])
def test_what_is_no_id_is_refused_before_a_request(client, run_id):
    for method in (client.get, client.wait, client.follow, client.cancel, client.metrics):
        with pytest.raises(ValueError, match="not the id of a run"):
            method(run_id)


def test_without_the_token_of_the_server_all_is_401(server):
    for client in (Client(server.address), Client(server.address, "another")):
        with pytest.raises(ApiError) as refused:
            client.submit(DATASET, "gemma")
        assert refused.value.status == 401
        assert "another" not in repr(client) + str(refused.value)


def test_a_key_is_for_one_request_only(client):
    key = "key of the test".replace(" ", "-")
    first = client.submit(DATASET, "gemma", idempotency_key=key)
    assert client.submit(DATASET, "gemma", idempotency_key=key).run_id == first.run_id
    with pytest.raises(ApiError, match="422 header.idempotency-key: .*different request"):
        client.submit(DATASET, "another", idempotency_key=key)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:80",
        "ftp://host",
        "http://",
        "http://user@host",
        "http://host?x",
        "http://host/#x",
        "http://h:x",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address):
    with pytest.raises(ValueError):
        Client(address)


@pytest.mark.parametrize("token", ["", "two words", "line\r\nInjected: 1", "ü"])
def test_a_token_that_cannot_be_sent_is_refused_and_not_shown(token):
    with pytest.raises(ValueError) as refused:
        Client("http://127.0.0.1:1", token)
    assert token == "" or token not in str(refused.value)


def test_numbers_that_are_none_in_json_are_refused(client):
    with pytest.raises(ValueError):
        client.submit(DATASET, "gemma", learning_rate=float("nan"))


def test_errors_pass_from_one_process_to_another():
    errors = (FieldError(("body", 1), "msg", "type"),)
    refused = ApiError(422, "detail", errors, "GET /", "id", 2.5)
    refused.idempotency_key = "key"
    for error in (refused, WaitTimeoutError(NO_RUN, "running", 1.5)):
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


# --- Lists


def test_a_list_goes_over_all_pages_newest_first(client):
    mine = "pages-" + uuid.uuid4().hex
    runs = [client.submit(DATASET, "gemma", name=mine, tags={"n": str(n)}) for n in range(7)]
    listed = list(client.list(name=mine, page_size=2))
    assert [run.run_id for run in listed] == [run.run_id for run in reversed(runs)]
    assert [run.tags["n"] for run in listed] == list("6543210")
    assert isinstance(listed[0], RunItem) and listed[0].name == mine
    oldest = client.list(name=mine, page_size=3, sort="created_at")
    assert next(oldest).run_id == runs[0].run_id
    late = client.submit(DATASET, "gemma", name=mine)
    assert [run.run_id for run in oldest] == [run.run_id for run in runs[1:]] + [late.run_id]


def test_filters_are_joined_and_their_values_are_alternatives(client):
    mine = "filters-" + uuid.uuid4().hex
    before = datetime.now(timezone.utc)
    codes = {
        submit(client, "exit {}".format(code), name=mine, tags={"code": str(code)}).run_id: code
        for code in (0, 3, 4)
    }
    for run_id in codes:
        client.wait(run_id)

    def found(**filters):
        return sorted(codes[run.run_id] for run in client.list(name=mine, **filters))

    assert found() == [0, 3, 4]
    assert found(status="failed") == [3, 4]
    assert found(status=("completed", "failed"), exit_code=[0, 3]) == [0, 3]
    assert found(exit_code=0) == [0]
    assert found(tag=["code=3", "code=4"]) == [3, 4]
    assert found(
        tag="code", model_id="exit 4", mode="local", dataset_key=DATASET, reason="exited"
    ) == [4]
    assert found(q="exit 3", executor="process") == [3]
    assert found(since=before - timedelta(seconds=1), until=before + timedelta(hours=1)) == [
        0,
        3,
        4,
    ]
    assert found(until=before - timedelta(seconds=1)) == []
    assert found(since="2999-01-01") == []
    host = client.get(next(iter(codes))).host
    assert found(host=[host, "another"]) == [0, 3, 4]


def test_values_of_filters_that_do_not_exist_are_refused(client):
    with pytest.raises(ApiError, match="422 query.status"):
        list(client.list(status="finished"))
    for wrong in ({"status": []}, {"since": datetime(2026, 1, 1)}):
        with pytest.raises(ValueError):
            client.list(**wrong)


def insert_running(server, model, count, **values):
    """Inserts copies of a training, as if another host had started them; returns the first id."""
    client = Client(server.address, server.token)
    held = submit(client, "hold")
    until(lambda: client.status(held.run_id).status == "running")
    first = str(uuid.uuid4())
    values = {"model_id": model, "host": "elsewhere", **values}
    with closing(sqlite3.connect(server.database, timeout=60)) as database, database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(tunix_runs)")]
        copied = [":" + each if each in values else each for each in columns]
        copied[columns.index("run_id")] = ":start || printf('%012d', n)"
        numbers = "WITH RECURSIVE numbers(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM numbers"
        numbers += " WHERE n < :last)"
        database.execute(
            "INSERT INTO tunix_runs ({}) {} SELECT {}"
            " FROM numbers, tunix_runs WHERE run_id = :held".format(
                ", ".join(columns), numbers, ", ".join(copied)
            ),
            {"start": first[:24], "last": count - 1, "held": held.run_id, **values},
        )
    server.release(held.run_id)
    return first[:24] + "0" * 12


def test_a_search_goes_on_where_the_server_stopped_to_search(client, server):
    rare = client.submit(DATASET, "rare model " + uuid.uuid4().hex)
    client.wait(rare.run_id)
    insert_running(server, "frequent", 20001)
    found = client.list(q=rare.model_id)
    assert [run.run_id for run in found] == [rare.run_id]
    assert not found.is_incomplete
    longest = client.list(sort="-duration", q=rare.model_id)
    assert list(longest) == [] and longest.is_incomplete


# --- Metrics and artifacts


def test_metrics_and_artifacts_of_a_run_are_read(client, tmp_path):
    run = submit(client, "metrics")
    client.wait(run.run_id)
    metrics = client.metrics(run.run_id)
    assert metrics.lines == ({"step": 1, "loss": 2.5}, {"step": 2, "loss": 1.25})
    assert (metrics.skipped, metrics.is_truncated) == (1, False)
    files = {each.name: each.size for each in client.artifacts(run.run_id)}
    assert files == {"metrics.jsonl": 59, "model.bin": 256000}
    content = client.read_artifact(run.run_id, "model.bin")
    assert content == bytes(range(256)) * 1000
    target = tmp_path / "model.bin"
    target.write_text("older")
    assert client.download_artifact(run.run_id, "model.bin", target) == 256000
    assert target.read_bytes() == content


def test_a_download_that_fails_leaves_the_file_as_it_was(client, tmp_path):
    run = submit(client, "quick")
    client.wait(run.run_id)
    assert client.artifacts(run.run_id) == [] and client.metrics(run.run_id).lines == ()
    target = tmp_path / "file"
    target.write_text("older")
    for name in ("missing", "../run.json"):
        with pytest.raises(ApiError):
            client.download_artifact(run.run_id, name, target)
    assert [each.name for each in tmp_path.iterdir()] == ["file"] and target.read_text() == "older"


# --- Following


def assert_complete(lines, last):
    """Checks that each line is there once, and the order within each stream."""
    assert [line.seq for line in lines] == list(range(1, last + 1))
    for stream in ("stdout", "stderr"):
        printed = [n for n in range(1, last + 1) if (n % 3 == 0) == (stream == "stderr")]
        texts = [line.text for line in lines if line.stream == stream]
        assert texts == ["line {} ü\n".format(n) for n in printed]


def test_follow_returns_the_lines_of_both_streams_until_the_end(client, server):
    run = submit(client, "lines 50")
    lines = client.follow(run.run_id)
    first = list(itertools.islice(lines, 50))
    server.release(run.run_id)
    rest = list(lines)
    assert_complete(first + rest, 100)
    assert first[0].created_at.tzinfo == timezone.utc
    assert list(client.follow(run.run_id)) == first + rest  # of an ended run
    assert list(client.follow(run.run_id, last_event_id=first[-1].event_id)) == rest
    assert list(client.follow(run.run_id, last_event_id=rest[-1].event_id)) == []


def test_a_run_is_followed_from_before_its_start(narrow_server):
    client = Client(narrow_server.address)
    first = submit(client, "hold")
    until(lambda: client.status(first.run_id).status == "running")
    second = submit(client, "lines 2")
    follow = in_background(lambda: list(client.follow(second.run_id)))
    narrow_server.release(first.run_id)
    narrow_server.release(second.run_id)
    assert_complete(follow(), 4)


def test_following_a_run_that_was_cancelled_before_its_start_has_no_lines(narrow_server):
    client = Client(narrow_server.address)
    first = submit(client, "hold")
    until(lambda: client.status(first.run_id).status == "running")
    second = submit(client, "quick")
    follow = in_background(lambda: list(client.follow(second.run_id)))
    assert client.cancel(second.run_id)
    assert follow() == []
    narrow_server.release(first.run_id)


def test_following_a_run_of_another_host_names_the_host(client, server):
    run_id = insert_running(server, "far", 1)
    with pytest.raises(ApiError, match="This host has no output of run .* elsewhere") as missing:
        list(client.follow(run_id))
    assert missing.value.status == 404


def test_a_position_that_is_none_is_refused(client):
    with pytest.raises(ValueError, match="event_id of a line"):
        client.follow(NO_RUN, last_event_id="1\r\nInjected: 1")


def test_follow_and_wait_go_on_over_a_killed_server_without_loss_or_repetition(narrow_server):
    server, relay = narrow_server, Relay(narrow_server.address).listen()
    client = Client(relay.address)
    run = submit(client, "lines 1000")
    wait = in_background(lambda: client.wait(run.run_id))
    lines = client.follow(run.run_id)
    first = list(itertools.islice(lines, 700))  # 300 more are on their way
    server.kill()
    server.start()
    relay.target = server.address
    server.release(run.run_id)
    assert_complete(first + list(lines), 2000)
    ended = wait()
    assert (ended.run_id, ended.status, ended.exit_code) == (run.run_id, "completed", 0)
    relay.close()


# --- Retries


def test_a_submission_whose_response_is_lost_starts_one_run(server, relay):
    client = Client(relay.listen().address, server.token)
    mine = "lost-" + uuid.uuid4().hex
    relay.lose_responses = 3
    run = client.submit(DATASET, "gemma", name=mine)
    assert relay.connections == 4
    assert [each.run_id for each in client.list(name=mine)] == [run.run_id]


def test_a_refused_connection_is_retried(server, relay):
    client = Client(relay.address, server.token)
    submitted = in_background(lambda: client.submit(DATASET, "gemma"))
    with pytest.raises(ServerUnreachableError, match="refused"):
        Client(relay.address, retry_for=0.3).status(NO_RUN)
    relay.listen()
    assert submitted().status in ("pending", "running", "completed")


def test_a_server_that_stays_away_is_reported_with_the_key_of_the_submission(server, relay):
    away = Client(relay.address, server.token, retry_for=0.3)
    with pytest.raises(ServerUnreachableError) as failure:
        away.submit(DATASET, "gemma")
    assert isinstance(failure.value.__cause__, ConnectionRefusedError)
    relay.listen()
    key = failure.value.idempotency_key
    run = away.submit(DATASET, "gemma", idempotency_key=key)
    assert away.submit(DATASET, "gemma", idempotency_key=key).run_id == run.run_id


def test_wait_raises_timeout_error_while_the_server_is_away(relay):
    with pytest.raises(WaitTimeoutError, match="status unknown") as late:
        Client(relay.address).wait(NO_RUN, timeout=0.3)
    assert isinstance(late.value.__cause__, ServerUnreachableError)


def test_follow_gives_up_when_the_server_stays_away(server, relay):
    client = Client(server.address, server.token)
    run = submit(client, "hold")
    lines = Client(relay.listen().address, server.token, retry_for=0.5).follow(run.run_id)
    assert next(lines).text == "ready\n"
    relay.target = "http://127.0.0.1:1"  # where nothing listens
    relay.interrupt()
    with pytest.raises(ServerUnreachableError):
        next(lines)
    server.release(run.run_id)


def test_a_submission_is_repeated_until_the_database_works(client, server):
    mine = "database-" + uuid.uuid4().hex
    with closing(sqlite3.connect(server.database, timeout=60)) as database:
        database.execute("ALTER TABLE idempotency_keys RENAME TO keys_away")
        with pytest.raises(ApiError) as away:
            Client(server.address, server.token, retry_for=0).submit(DATASET, "gemma", name=mine)
        assert (away.value.status, away.value.is_transient) == (503, True)
        tries = server.log.read_text().count('" 503 ')
        submitted = in_background(lambda: client.submit(DATASET, "gemma", name=mine))
        until(lambda: server.log.read_text().count('" 503 ') > tries)
        database.execute("ALTER TABLE keys_away RENAME TO idempotency_keys")
    run = submitted()
    runs = [
        each for each in client.list(name=mine) if each.reason != "not-started"
    ]  # of refused tries
    assert [each.run_id for each in runs] == [run.run_id]


def test_a_full_queue_is_retried_after_the_time_that_the_server_names(narrow_server):
    client = Client(narrow_server.address)
    first = submit(client, "hold")
    until(lambda: client.status(first.run_id).status == "running")
    second = submit(client, "hold")
    with pytest.raises(ApiError) as full:
        submit(
            Client(narrow_server.address, retry_for=1), "quick"
        )  # the server names 5 s, so that there is no second try
    assert (full.value.status, full.value.retry_after, full.value.is_transient) == (429, 5.0, True)
    began = time.monotonic()
    relay = Relay(narrow_server.address).listen()
    third = in_background(lambda: submit(Client(relay.address), "quick"))
    until(lambda: relay.ended > 0)
    narrow_server.release(first.run_id)
    narrow_server.release(second.run_id)
    assert client.wait(third().run_id).succeeded
    assert time.monotonic() - began >= 5
    relay.close()


def test_a_response_that_is_cut_off_is_retried(answering):
    server = answering(
        200, {"Content-Type": "application/json", "Content-Length": "1000"}, b'{"run_id"'
    )
    with pytest.raises(ServerUnreachableError, match="9 of 1000 bytes|9 bytes read"):
        Client(server.address, retry_for=0.5).get(NO_RUN)
    assert len(server.requests) > 1


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 500, 501])
def test_what_does_not_pass_is_not_retried(answering, status):
    server = answering(status, {"Content-Type": "text/html"}, b"<p>")
    with pytest.raises(ApiError) as refused:
        Client(server.address).submit(DATASET, "gemma")
    assert refused.value.status == status and refused.value.detail and len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_retried_under_one_key(answering, status):
    server = answering(status, {"Content-Type": "text/html", "Retry-After": "0"}, b"<p>")
    with pytest.raises(ApiError) as refused:
        Client(server.address, retry_for=0.5).submit(DATASET, "gemma", idempotency_key="one")
    assert refused.value.status == status and len(server.requests) > 1
    assert {each["Idempotency-Key"] for each in server.requests} == {"one"}


# --- Networks


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(answering, status):
    other = answering(200, {})
    server = answering(status, {"Location": other.address + "/elsewhere"})
    with pytest.raises(ApiError, match=re.escape(other.address + "/elsewhere")) as refused:
        Client(server.address, "token").get(NO_RUN)
    assert refused.value.status == status
    assert other.requests == [] and "token" not in str(refused.value)


def test_the_next_page_of_a_list_is_on_the_same_server(answering):
    other = answering(200, {})
    page = json.dumps({"data": [], "pagination": {}}).encode()
    server = answering(
        200,
        {"Content-Type": "application/json", "Link": '<{}/x>; rel="next"'.format(other.address)},
        page,
    )
    with pytest.raises(ProtocolError, match="another server"):
        list(Client(server.address, "token").list())
    assert other.requests == []


def test_proxies_of_the_environment_are_not_used_for_loopback_addresses(answering, monkeypatch):
    proxy, server = answering(502, {}), answering(404, {})
    monkeypatch.setenv("http_proxy", proxy.address)
    monkeypatch.delenv("no_proxy", raising=False)
    for host in ("127.0.0.1", "localhost", "LOCALHOST.", "a.localhost", "127.0.0.2", "[::1]"):
        with pytest.raises(
            (ApiError, ServerUnreachableError)
        ):  # not all of them lead to the server
            Client(server.address.replace("127.0.0.1", host), retry_for=0).get(NO_RUN)
        assert proxy.requests == [], host
    assert server.requests


def test_proxies_of_the_environment_are_used_for_other_addresses(answering, monkeypatch):
    proxy = answering(502, {"Retry-After": "9"})
    monkeypatch.setenv("http_proxy", proxy.address)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(ApiError, match="502"):
        Client("http://registry.invalid", retry_for=1).get(NO_RUN)
    assert [each["Host"] for each in proxy.requests] == ["registry.invalid"]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"run_id": 1}'])
def test_another_server_than_a_registry_is_reported(answering, body):
    server = answering(200, {"Content-Type": "application/json"}, body)
    with pytest.raises(ProtocolError):
        Client(server.address).get(NO_RUN)
    with pytest.raises(ProtocolError):
        next(Client(server.address).follow(NO_RUN))


def test_a_page_of_another_program_is_reported_with_its_type(answering):
    server = answering(200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>")
    with pytest.raises(ProtocolError, match="no JSON but text/html; is this a run registry"):
        Client(server.address).get(NO_RUN)


def test_what_is_not_http_is_reported():
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def answer():
            connection, _ = listening.accept()
            connection.recv(65536)
            connection.sendall(b"SSH-2.0-OpenSSH\r\n")
            connection.close()

        answered = in_background(answer)
        with pytest.raises(ProtocolError):
            Client("http://127.0.0.1:{}".format(listening.getsockname()[1])).get(NO_RUN)
        answered()


# --- The contract


def test_fields_and_filters_are_those_of_the_api(server, client):
    api = json.loads(client._request("GET", "/openapi.json").body)
    schemas = api["components"]["schemas"]
    for kind, schema in (
        (Run, "Run"),
        (RunItem, "RunItem"),
        (RunState, "RunState"),
        (RunConfig, "RunConfig"),
    ):
        names = {each.name for each in dataclasses.fields(kind)} - {"raw"}
        assert names == set(schemas[schema]["properties"]), schema
    arguments = set(inspect.signature(Client.submit).parameters) - {"self", "idempotency_key"}
    assert arguments == set(schemas["RunRequest"]["properties"])
    filters = {each["name"] for each in api["paths"]["/api/tunix/runs"]["get"]["parameters"]}
    arguments = set(inspect.signature(Client.list).parameters) - {"self"}
    assert arguments - {"page_size"} == filters - {"limit", "offset", "cursor"}
    assert run_registry.FINAL_STATUSES | {"pending", "running"} == set(schemas["Status"]["enum"])


def test_the_ranges_and_defaults_in_the_documentation_are_those_of_the_api(client):
    api = json.loads(client._request("GET", "/openapi.json").body)
    documentation = inspect.getdoc(Client.submit)
    for name, schema in api["components"]["schemas"]["RunRequest"]["properties"].items():
        if schema["type"] in ("number", "integer"):
            text = re.search(r"(?m)^{}: (.*)$".format(name), documentation).group(1)
            numbers = {float(each) for each in re.findall(r"-?[0-9][0-9.e-]*", text)}
            limits = {schema[each] for each in ("minimum", "maximum", "default") if each in schema}
            assert numbers == limits, name


def test_the_version_is_that_of_the_project():
    version = re.search(r"<version>(.*?)</version>", (ROOT / "pom.xml").read_text()).group(1)
    assert run_registry.__version__ == version.replace("-SNAPSHOT", ".dev0")
