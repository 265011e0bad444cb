#!/bin/sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables are shared with serve.sh
# Lets Specmatic, a tester that no one here wrote, draw good and bad requests from the OpenAPI document and hold the
# answers against it. Wants npm and python3.
# usage: specmatic.sh CLASS_PATH_FILE [sqlite|postgres]; serve.sh says what the file is
class_path_file=$1 database=${2:-sqlite}
. "$(dirname "$0")/serve.sh"
python3 "$module/src/test/testers/specmatic.py" "$port" "$run" "$cursor" "$work"

# usage: specmatic FOLDER, whether bad requests are drawn too
specmatic() {
  cd "$work/$1"
  MAX_TEST_REQUEST_COMBINATIONS=20 SPECMATIC_GENERATIVE_TESTS=$2 \
    npx --yes specmatic@"${SPECMATIC_VERSION:-2.55.1}" test openapi.json --testBaseURL "http://127.0.0.1:$port"
}
failed=0
specmatic all true || failed=1
specmatic ranges false || failed=1 # a Range that is none is passed over, as RFC 9110 wants it
exit "$failed"
