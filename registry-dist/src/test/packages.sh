#!/bin/sh
# Tests the packages in registry-dist/target as their users have them: without a java in PATH, and the Debian package in a
# root directory of its own, an overlay of this one in a mount namespace, which needs root. CONTRIBUTING.md has the command.
#
#   PG_BIN   directory of initdb and postgres; without it and without PostgreSQL of Debian the database is not tested
set -eu
export LC_ALL=C.UTF-8

self=$(readlink -f "$0")
module=${self%/src/test/*}
server='' # running, as long as it is set
fail() {
  echo "FAILED: $*" >&2
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  exit 1
}
passed() { echo "ok: $*"; }
contains() { # text, part
  case $1 in *"$2"*) ;; *) fail "expected \"$2\" in: $1" ;; esac
}

# The class-data archives are built in the background: nothing is left running, and the next start has one.
await_archives() { # directory of the cache
  # with the lowest priority, which on a busy machine takes long; root can raise it
  find "$1" -path '*/cds/*/lock*/pid' -exec cat {} + 2>/dev/null | while read -r pid _; do
    renice -n 0 -g "$pid" >/dev/null 2>&1 || true
  done
  tries=0
  while [ -n "$(find "$1" -type d -name 'lock*' -path '*/cds/*' 2>/dev/null)" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 2400 ] || fail "the class-data archives in $1 are not built"
    sleep 0.5
  done
  [ -n "$(find "$1" -name '*.jsa')" ] || fail "no class-data archive in $1"
}

# Submits a dry-run of a data set that is not there, with the Python client of the installation.
try_python() { # directory with the client, address of the server
  if ! command -v python3 >/dev/null; then
    echo 'skipped: the Python client; install python3'
    return
  fi
  contains "$(PYTHONPATH=$1 python3 -B -W error -c '
import sys
from run_registry import Client
client = Client(sys.argv[1])
print(client.wait(client.submit("missing", "model", name="of Python").run_id, timeout=60).reason)' "$2")" rejected
}

# Starts the server with the given command, requests its health and an error page, and stops it.
serve() { # directory for its files, directory with the Python client, command
  out=$1/address client=$2
  rm -f "$out"
  shift 2
  "$@" serve --port 0 >"$out" 2>"$out.log" &
  server=$!
  tries=0
  until [ -s "$out" ]; do
    kill -0 "$server" 2>/dev/null || fail "serve ended: $(cat "$out.log")"
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || fail "serve printed no address: $(cat "$out.log")"
    sleep 0.2
  done
  read -r address <"$out"
  contains "$(curl -fsS "$address/api/health")" healthy
  contains "$(curl -fsS "$address/api/health/ready")" '"ready"'
  contains "$(curl -fsS "$address/api/tunix/runs")" '"pagination"'
  curl -fsS "$address/" >/dev/null
  contains "$(curl -fsS "$address/docs")" swagger
  contains "$(curl -fsS "$address/metrics")" registry_
  try_python "$client" "$address"
  kill "$server"
  wait "$server" || fail "serve ended with $?: $(cat "$out.log")"
  server=''
  ! grep -E 'NoClassDefFoundError|ClassNotFoundException|NoSuchMethodError|UnsatisfiedLinkError' "$out.log" || fail 'classes are missing'
}

# What is expected of each installation, with an empty home
try_commands() { # directory for its files, directory with the Python client, command
  files=$1 client=$2
  shift 2
  "$@" run -- true
  contains "$("$@" runs)" completed
  contains "$("$@" run -- printf 'grüße %s' 'ü b')" 'grüße ü b'
  contains "$("$@" runs logs @latest)" 'grüße ü b'
  code=0
  "$@" run -- sh -c 'exit 3' || code=$?
  [ "$code" -eq 3 ] || fail "exit code $code of a run that exits with 3"
  "$@" submit -- true >"$files/id"
  "$@" wait "$(cat "$files/id")"
  contains "$("$@" verify)" 'no discrepancies'
  contains "$("$@" export --format csv)" run_id
  contains "$("$@" run --executor slurm -- true 2>&1 || true)" 'registry: ' # loads its classes, with and without Slurm
  serve "$files" "$client" "$@"
}

# A script that starts the command registry in the root directory, as a user, with a home: a function would be a shell
# between the test and the server.
command_in() { # file, root directory, user, home of the registry, directory of the user
  printf '#!/bin/sh\nexec env -i LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=%s REGISTRY_HOME=%s XDG_CACHE_HOME=%s/cache chroot --userspec=%s %s /bin/sh -c "cd %s && exec registry \\"\\$@\\"" registry "$@"\n' \
    "$5" "$4" "$5" "$3" "$2" "$5" >"$1"
  chmod 755 "$1"
}

try_deb() { # in the mount namespace: directory for files, package
  tmp=$1 deb=$2 root=$1/root
  mkdir "$tmp/overlay" "$root"
  mount -t tmpfs -o size=2g none "$tmp/overlay"
  mkdir "$tmp/overlay/upper" "$tmp/overlay/work"
  mount -t overlay -o "lowerdir=/,upperdir=$tmp/overlay/upper,workdir=$tmp/overlay/work" none "$root"
  mount --rbind /proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=1777 none "$root/tmp"
  cp "$deb" "$root/tmp/run-registry.deb"
  inside() { env -i LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }
  package() { inside dpkg "$@" >"$tmp/dpkg.log" 2>&1 || fail "dpkg $*: $(cat "$tmp/dpkg.log")"; }
  inside find /usr/bin /usr/local/bin -name 'java*' -delete
  if inside sh -c 'command -v java'; then fail 'a java in PATH'; fi

  # an earlier version, with a file that is gone in the later one
  inside sh -ec 'cd /tmp && dpkg-deb -R run-registry.deb earlier && sed -i "s/^Version: .*/Version: 0.0.1/" earlier/DEBIAN/control &&
    touch earlier/usr/lib/run-registry/lib/earlier && dpkg-deb -b earlier earlier.deb && rm -r earlier' >"$tmp/dpkg.log"
  package -i /tmp/earlier.deb
  contains "$(inside getent passwd run-registry)" ':/var/lib/run-registry:/usr/sbin/nologin'
  inside install -d -o nobody -g nogroup /tmp/user
  command_in "$tmp/as-user" "$root" nobody:nogroup /tmp/user/runs /tmp/user
  mkdir "$tmp/files"
  chmod 777 "$tmp/files"
  mkdir -p "$root$tmp" && mkdir "$root$tmp/files" && chmod 777 "$root$tmp/files" # the same name inside
  python=$root/usr/share/run-registry/python
  grep -q CycloneDX "$root/usr/share/doc/run-registry/run-registry-sbom.json" || fail 'no bill of materials'
  [ -f "$root/usr/share/doc/run-registry/examples/python/sweep.py" ] || fail 'no example for Python'
  try_commands "$tmp/files" "$python" "$tmp/as-user"
  passed 'deb: installed; the commands of a user'

  inside install -d -m 700 -o run-registry -g run-registry /var/lib/run-registry /var/cache/run-registry
  command_in "$tmp/as-service" "$root" run-registry:run-registry /var/lib/run-registry /var/lib/run-registry
  "$tmp/as-service" run -- true
  serve "$tmp/files" "$python" "$tmp/as-service"
  if inside sh -c 'command -v systemd-analyze' >/dev/null; then
    unit=$(inside systemd-analyze verify --man=no /usr/lib/systemd/system/run-registry.service 2>&1 | grep run-registry || true)
    [ -z "$unit" ] || fail "systemd-analyze verify: $unit"
  fi
  passed 'deb: the server as its user; the unit'

  echo REGISTRY_PORT=8081 >>"$root/etc/run-registry/environment"
  for action in upgraded reinstalled; do
    package -i --force-confold /tmp/run-registry.deb
    if inside dpkg-query -W -f '${Version}' run-registry | grep -qx 0.0.1; then fail 'the earlier version is installed'; fi
    [ ! -e "$root/usr/lib/run-registry/lib/earlier" ] || fail 'a file of the earlier version is left'
    contains "$(cat "$root/etc/run-registry/environment")" REGISTRY_PORT=8081
    contains "$("$tmp/as-service" runs)" completed
    passed "deb: $action; settings and record are kept"
  done

  await_archives "$root/tmp/user/cache"
  await_archives "$root/var/lib/run-registry/cache"
  package -r run-registry
  [ ! -e "$root/usr/bin/registry" ] && [ ! -e "$root/usr/lib/run-registry" ] || fail 'files are left after remove'
  [ -e "$root/etc/run-registry/environment" ] || fail 'settings are gone after remove'
  package -P run-registry
  contains "$(cat "$tmp/dpkg.log")" '/var/lib/run-registry and its user run-registry are kept'
  [ ! -e "$root/etc/run-registry" ] && [ ! -e "$root/var/cache/run-registry" ] || fail 'files are left after purge'
  [ -d "$root/var/lib/run-registry" ] || fail 'the record is gone after purge'
  passed 'deb: removed and purged; the record is kept'

  inside find /var/lib/run-registry -delete
  package -i /tmp/run-registry.deb
  package -P run-registry
  if inside getent passwd run-registry; then fail 'the user is left after a purge without a record'; fi
  left=$(find "$tmp/overlay/upper" -name '*run-registry*' -not -type c) # not what others write on this host; c: deleted
  [ -z "$left" ] || fail "left after purge: $left"
  passed 'deb: purged; nothing is left'
}

if [ "${1-}" = in-namespace ]; then
  try_deb "$2" "$3"
  exit
fi

cd "$module/target"
tmp=$(mktemp -d /tmp/registry-packages.XXXXXX)
chmod 755 "$tmp"
postgres=''
# shellcheck disable=SC2064 # now
trap 'if [ -n "$postgres" ]; then kill -INT "$postgres"; wait "$postgres" || true; fi; rm -rf "$tmp"' EXIT

sha256sum --quiet -c SHA256SUMS
passed 'checksums'

mkdir "$tmp/path" "$tmp/java" "$tmp/files" "$tmp/own" "$tmp/nojre"
ln -s /usr/bin/* /bin/* "$tmp/path/" 2>/dev/null || true
rm -f "$tmp"/path/java*
real_java=${JAVA_HOME:+$JAVA_HOME/bin/java}
real_java=${real_java:-$(readlink -f "$(command -v java)")}
version=$(basename run-registry-*-nojre.tar.gz -nojre.tar.gz)
tar -xzf "$version"-linux-*.tar.gz -C "$tmp/own"
tar -xzf "$version-nojre.tar.gz" -C "$tmp/nojre"
grep -q CycloneDX "$tmp/own/$version/run-registry-sbom.json" || fail 'no bill of materials'
# A script, not a function, as above
command_of() { # file, directory of the installation, home, variables
  file=$1 where=$2 home=$3
  shift 3
  printf '#!/bin/sh\nexec env -i PATH=%s HOME=%s/home REGISTRY_HOME=%s %s %s/bin/registry "$@"\n' \
    "$tmp/path" "$tmp" "$home" "$*" "$where/$version" >"$file"
  chmod 755 "$file"
}
mkdir "$tmp/home"

command_of "$tmp/own.sh" "$tmp/own" "$tmp/runs"
if env -i PATH="$tmp/path" "$tmp/path/sh" -c 'command -v java'; then fail 'a java in PATH'; fi
try_commands "$tmp/files" "$tmp/own/$version/clients/python" "$tmp/own.sh"
contains "$("$tmp/own.sh" --version)" "${version#run-registry-}"
REGISTRY_CDS=off command_of "$tmp/cds.sh" "$tmp/own" "$tmp/runs" REGISTRY_CDS=off LANG=de_DE.ISO-8859-1 LC_ALL=ja_JP.eucJP
contains "$("$tmp/cds.sh" runs)" completed
mv "$tmp/own/$version" "$tmp/own/moved to" && mv "$tmp/own/moved to" "$tmp/own/$version"
passed 'archive with runtime: the commands, without a java'

contains "$(JAVA_HOME=/nonexistent "$tmp/own/$version/bin/registry" --version)" "${version#run-registry-}"
contains "$(REGISTRY_JAVA=/nonexistent "$tmp/own/$version/bin/registry" --version 2>&1 || true)" '/nonexistent cannot be executed'
passed 'archive with runtime: REGISTRY_JAVA is before the runtime, JAVA_HOME behind it'

command_of "$tmp/nojre.sh" "$tmp/nojre" "$tmp/runs-nojre"
contains "$("$tmp/nojre.sh" --version 2>&1 || true)" 'no Java found'
command_of "$tmp/nojre.sh" "$tmp/nojre" "$tmp/runs-nojre" "JAVA_HOME=${real_java%/bin/java}"
rm -rf "$tmp/files" && mkdir "$tmp/files"
try_commands "$tmp/files" "$tmp/nojre/$version/clients/python" "$tmp/nojre.sh"
passed 'archive without runtime: the commands, with the java of JAVA_HOME'

# --- Shells and man
share=$tmp/own/$version/share
bash -c '. "$0" && complete -p registry' "$share/completions/registry.bash" >/dev/null
if command -v fish >/dev/null; then fish --no-config -c "source $share/completions/registry.fish; and complete -C 'registry ru'" | grep -q '^runs' || fail 'fish'; fi
if command -v zsh >/dev/null; then
  zsh -f -c "fpath=($share/completions \$fpath); autoload -U compinit; compinit -D; print \$_comps[registry]" | grep -qx _registry || fail 'zsh'
fi
if command -v man >/dev/null; then
  page=$(MANWIDTH=100 man --warnings -l "$share/man/man1/registry.1" 2>"$tmp/man.log" | sed 's/.\x08//g')
  [ ! -s "$tmp/man.log" ] || fail "man: $(cat "$tmp/man.log")"
  for word in run submit rerun queue runs hosts cancel wait serve reconcile verify completion; do
    echo "$page" | grep -qE "^ +$word([ ,]|\$)" || fail "man: no $word"
  done
fi
passed 'completions, manual page'

await_archives "$tmp/home/.cache"
passed 'class-data archives: built in the background'

# --- Homes and databases of version 0.1.0 are taken over
mkdir "$tmp/old"
tar -xzf "$module/../registry-cli/src/test/upgrade/0.1.0.tar.gz" -C "$tmp/old"
# a run is recovered on the host that started it only
sed -i "s/old-boot/$(cat /proc/sys/kernel/random/boot_id)/; s/old-namespace/$(readlink /proc/self/ns/pid)/" "$tmp"/old/home-*/runs/*/*/run.json
upgrade() { # name, command
  "$2" reconcile
  contains "$("$2" runs logs @latest)" orphaned
  [ "$("$2" runs --json | wc -l)" -eq 10 ] || fail "not all runs of 0.1.0 are recorded: $("$2" runs)"
  while read -r run; do contains "$("$2" runs --json)" "${run%\}}"; done <"$tmp/old/$1.runs.json"
  "$2" run -- echo after
  contains "$("$2" verify --head "$(sed -n 's/^head //p' "$tmp/old/$1.verify")")" 'Verified: 11 finished runs, no discrepancies'
}
command_of "$tmp/old.sh" "$tmp/own" "$tmp/old/home-sqlite"
upgrade sqlite "$tmp/old.sh"
passed 'the home and the SQLite database of 0.1.0 are taken over'

# --- PostgreSQL by TLS with an elliptic curve
if [ -z "${PG_BIN-}" ]; then
  for bin in /usr/lib/postgresql/*/bin; do if [ -x "$bin/initdb" ]; then PG_BIN=$bin; fi; done
fi
if [ -n "${PG_BIN-}" ] && command -v openssl >/dev/null; then
  data=$tmp/pg/data
  mkdir "$tmp/pg"
  as=''
  if [ "$(id -u)" -eq 0 ]; then
    as='setpriv --reuid=65534 --regid=65534 --clear-groups'
    chown 65534:65534 "$tmp/pg"
  fi
  $as "$PG_BIN/initdb" -D "$data" -U registry -A trust --no-sync -E UTF8 >"$tmp/pg.log" 2>&1 || fail "initdb: $(cat "$tmp/pg.log")"
  $as openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:secp384r1 -nodes -days 2 -subj /CN=localhost \
    -keyout "$data/server.key" -out "$data/server.crt" 2>"$tmp/pg.log" || fail "openssl: $(cat "$tmp/pg.log")"
  chmod 600 "$data/server.key"
  port=$((20000 + $$ % 10000))
  (cd "$tmp/pg" && exec $as "$PG_BIN/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$tmp/pg" \
    -c ssl=on -c fsync=off) >"$tmp/pg.log" 2>&1 &
  postgres=$!
  until grep -q 'ready to accept connections' "$tmp/pg.log"; do
    kill -0 "$postgres" 2>/dev/null || fail "postgres: $(cat "$tmp/pg.log")"
    sleep 0.2
  done
  db="jdbc:postgresql://127.0.0.1:$port/postgres?user=registry&sslmode=require"
  "$PG_BIN/psql" -qX -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U registry postgres <"$tmp/old/postgresql.sql" >"$tmp/psql.log" 2>&1 || fail "psql: $(cat "$tmp/psql.log")"
  command_of "$tmp/pg.sh" "$tmp/own" "$tmp/old/home-postgresql" "'REGISTRY_DB=$db'"
  upgrade postgresql "$tmp/pg.sh"
  serve "$tmp/files" "$tmp/own/$version/clients/python" "$tmp/pg.sh"
  passed 'PostgreSQL by TLS: the home and the database of 0.1.0 are taken over'
else
  echo 'skipped: PostgreSQL; set PG_BIN, install openssl'
fi

await_archives "$tmp/home/.cache"

# --- The Debian package
deb=$(find "$PWD" -maxdepth 1 -name '*.deb')
if [ -z "$deb" ]; then
  echo 'skipped: no .deb was built'
elif [ "$(id -u)" -ne 0 ] || ! unshare --mount --propagation private mount -t tmpfs none /mnt 2>/dev/null; then
  echo 'skipped: the .deb is tested by root only, who may mount'
else
  if command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error,warning "$deb" || fail lintian
    passed 'lintian'
  fi
  mkdir "$tmp/deb"
  chmod 755 "$tmp/deb"
  unshare --mount --propagation private /bin/sh "$self" in-namespace "$tmp/deb" "$deb"
fi
