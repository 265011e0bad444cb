"""Writes what Specmatic needs beside the OpenAPI document of a server: usage: specmatic.py PORT RUN CURSOR FOLDER

The document stays as it is but for what the tester cannot know, or cannot draw:
- the server that is tested has no token;
- a key that is drawn twice, for different requests, is rightly refused;
- numbers between 0, which is excluded, and 1;
- which answer a request for output has depends on whether it has a Range: two documents.
"""

import json
import pathlib
import sys
import urllib.request

LOGS = "/api/tunix/runs/{run_id}/logs/{stream}"


def answers_with(document, status):
    """Leaves the request for output that is answered so."""
    operation = document["paths"][LOGS]["get"]
    del operation["responses"]["206" if status == 200 else "200"]
    unwanted = "Range" if status == 200 else "tail"
    operation["parameters"] = [p for p in operation["parameters"] if p.get("name") != unwanted]
    for parameter in operation["parameters"]:
        if parameter.get("name") == "Range":
            parameter["required"] = True
            parameter["schema"] = {"type": "string", "enum": ["bytes=0-2"]}


def get(port, path, headers):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(request) as answer:
        return answer.status, answer.read().decode()


def example(port, path, headers):
    """A request that is known to be a good one, with its answer."""
    status, body = get(port, path, headers)
    request = {"method": "GET", "path": path, "headers": headers}
    answer = json.loads(body) if body.startswith("{") else body
    return {"http-request": request, "http-response": {"status": status, "body": answer}}


def write(folder, document, cursor, examples):
    (folder / "openapi_examples").mkdir(parents=True)
    (folder / "openapi.json").write_text(json.dumps(document))
    dictionary = {"PARAMETERS": {"QUERY": {"cursor": cursor}}, "RunRequest": {"dataset_key": "arithmetic-traces"}}
    (folder / "openapi_dictionary.json").write_text(json.dumps(dictionary))
    for name, content in examples.items():
        (folder / "openapi_examples" / (name + ".json")).write_text(json.dumps(content))


def main(port, run, cursor, folder):
    text = get(port, "/openapi.json", {})[1]
    show = "/api/tunix/runs/" + run
    examples = {
        200: {"show": example(port, show, {}), "config": example(port, show + "/config", {}),
              "log": example(port, show + "/logs/stdout", {})},
        206: {"log": example(port, show + "/logs/stdout", {"Range": "bytes=0-2"})},
    }
    for status, name in ((200, "all"), (206, "ranges")):
        document = json.loads(text)
        for item in document["paths"].values():
            for operation in item.values():
                operation.pop("security", None)
        submit = document["paths"]["/api/tunix/run"]["post"]
        submit["parameters"] = [p for p in submit["parameters"] if p["name"] != "Idempotency-Key"]
        rate = document["components"]["schemas"]["RunRequest"]["properties"]["learning_rate"]
        rate.update(minimum=0.001)
        del rate["exclusiveMinimum"]
        answers_with(document, status)
        if status == 206:
            document["paths"] = {LOGS: document["paths"][LOGS]}
        write(pathlib.Path(folder, name), document, cursor, examples[status])


main(*sys.argv[1:])
