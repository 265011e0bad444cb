#!/bin/sh
# Builds a source checkout at the first start; sourced by bin/registry, of which $root and $lib are.
# shellcheck disable=SC2154

. "$root/registry-cli/src/main/launcher/lock.sh"

target=$root/registry-cli/target
if ! mkdir -p "$target" 2>/dev/null || ! [ -w "$target" ]; then
  die "not built yet, and $target cannot be written"
fi
log=$target/build.log lock=$target/build.lock told=''
until lock_take "$lock"; do
  [ -n "$told" ] || echo 'registry: waiting for another build' >&2
  told=1
  sleep 0.2
done
trap 'rm -rf "$lock"' EXIT
trap 'exit 125' HUP INT TERM
if [ ! -f "$lib/build-id" ]; then
  command -v mvn >/dev/null || die 'not built yet, and there is no Maven (mvn) in PATH'
  echo "registry: building for the first start, about a minute (log: $log)" >&2
  if ! (cd "$root" && exec mvn -q -B -ntp -Dmaven.test.skip=true -pl registry-cli -am package) \
    </dev/null >"$log" 2>&1 || [ ! -f "$lib/build-id" ]; then
    tail -n 20 "$log" >&2
    die "the build failed; all it said is in $log"
  fi
fi
rm -rf "$lock"
trap - EXIT HUP INT TERM
