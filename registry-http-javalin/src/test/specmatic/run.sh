#!/bin/sh
# Lets Specmatic, a tester that no one here wrote, draw good and bad requests from the OpenAPI document and hold the
# answers against it. Wants npm and a compiled module: mvn -pl registry-http-javalin -am test-compile
# usage: run.sh CLASS_PATH_FILE, as `mvn dependency:build-classpath -Dmdep.outputFile=…` writes it
set -eu
class_path=$(cat "$1")
module=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
mkfifo "$work/stdin"
cd "$module"
java -cp "target/test-classes:target/classes:$class_path" dev.runregistry.http.ServeForTesters \
  < "$work/stdin" > "$work/port" &
server=$!
exec 3> "$work/stdin"
trap 'exec 3>&-; wait "$server"; rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
until [ -s "$work/port" ]; do kill -0 "$server"; sleep 0.2; done
cd "$work"
# without the key and the cursor, which make answers depend on what was asked before
sed '/- name: cursor/,/schema:/d; /- name: Idempotency-Key/,/pattern:/d; /operationId: submitRun/,/requestBody:/{/^      parameters:$/d}' \
  "$module/src/main/resources/dev/runregistry/http/openapi.yaml" > openapi.yaml
MAX_TEST_REQUEST_COMBINATIONS=20 SPECMATIC_GENERATIVE_TESTS=true npx --yes specmatic@"${SPECMATIC_VERSION:-2.55.1}" test openapi.yaml \
  --testBaseURL "http://127.0.0.1:$(cat port)"
