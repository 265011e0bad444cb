#!/bin/sh
# Locks between processes, for the other parts of the launcher (bin/registry).

# When the process with that pid started: $since, in ticks since the boot; empty without /proc.
find_start() {
  since=''
  { read -r since <"/proc/$1/stat"; } 2>/dev/null
  since=${since##*) } # behind the name, which may hold anything
  set -f
  # shellcheck disable=SC2086 # split on purpose
  set -- $since
  set +f
  since=${20-}
}

# A lock is a folder with the pid of its owner and the time that started; that of a dead owner is
# taken over, also when its pid is another process's by now.
lock_take() {
  if mkdir "$1" 2>/dev/null; then
    find_start "$$"
    echo "$$ $since" >"$1/pid"
    return 0
  fi
  owner='' owner_since=''
  { read -r owner owner_since <"$1/pid"; } 2>/dev/null
  if [ -n "$owner" ]; then
    if [ -d "/proc/$owner" ] || kill -0 "$owner" 2>/dev/null; then
      find_start "$owner"
      if [ -z "$owner_since" ] || [ -z "$since" ] || [ "$owner_since" = "$since" ]; then return 1; fi
    fi
  elif [ -z "$(find "$1" -prune -mmin +1 2>/dev/null)" ]; then
    return 1 # its owner is about to write its pid
  fi
  mv "$1" "$1.stale.$$" 2>/dev/null || return 1
  again='' again_since=''
  { read -r again again_since <"$1.stale.$$/pid"; } 2>/dev/null
  if [ "$again $again_since" != "$owner $owner_since" ]; then # another was faster, and this lock is alive
    mv "$1.stale.$$" "$1" 2>/dev/null
    return 1
  fi
  rm -rf "$1.stale.$$"
  find_start "$$"
  mkdir "$1" 2>/dev/null && echo "$$ $since" >"$1/pid"
}
