# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with who reads it
# Read by the scripts beside it: starts a server with real parts for a tester that no one here wrote.
# Wants class_path_file, which `mvn -pl registry-http-javalin -am test-compile dependency:build-classpath
# -Dmdep.outputFile=…` writes, and database, sqlite or postgres. Sets module, work, port, run and cursor.
set -eu
class_path=$(cat "$class_path_file")
module=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
mkfifo "$work/stdin"
cd "$module"
java -cp "target/test-classes:target/classes:$class_path" dev.runregistry.http.ServeForTesters "$database" \
  <"$work/stdin" >"$work/server" 2>"$work/log" &
server=$!
exec 3<>"$work/stdin" # the server ends when this is closed
trap 'exec 3>&-; wait "$server"; rm -rf "$work"' EXIT
trap 'exit 143' INT TERM
until [ -s "$work/server" ]; do
  kill -0 "$server" || { cat "$work/log" >&2; exit 1; }
  sleep 0.2
done
read -r port run cursor <"$work/server"
