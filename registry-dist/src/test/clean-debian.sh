#!/bin/sh
# Tries the archive and the Debian package in registry-dist/target on a Debian without Java, Maven and anything else:
#
#   debootstrap --variant=minbase bookworm base
#   sudo registry-dist/src/test/clean-debian.sh base
#
# and, where buildah is installed, the container from that base. Each package is installed in an overlay of that root
# directory, in a mount namespace. Needs root and curl; the server is requested from outside of the root directory,
# which shares its network.
set -eu
export LC_ALL=C.UTF-8

self=$(readlink -f "$0")
target=${self%/src/test/*}/target
server=''
fail() {
  echo "FAILED: $*" >&2
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  exit 1
}
contains() { # text, part
  case $1 in *"$2"*) ;; *) fail "expected \"$2\" in: $1" ;; esac
}

inside() { # command of the root directory, as a new user with an empty home
  env -i LC_ALL=C.UTF-8 PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin HOME=/home/user REGISTRY_CDS=off chroot --userspec=1000:1000 "$root" "$@"
}

# The tour of the README
tour() { # completion of bash
  ! inside sh -c 'command -v java || command -v mvn' || fail 'Java or Maven is installed'
  contains "$(inside registry run -- sh -c 'echo hi')" hi
  contains "$(inside registry runs list)" completed
  contains "$(inside registry runs logs @latest)" hi
  contains "$(inside registry verify)" 'Verified: 1 finished run, no discrepancies'
  inside bash -c ". $1 && complete -p registry" >/dev/null
  inside registry completion bash | cmp - "$root$1"
  server=$(inside sh -c 'cd && registry serve --port 0 --log-format json >address 2>log & echo $!')
  tries=0
  until [ -s "$root/home/user/address" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || fail "serve printed no address: $(cat "$root/home/user/log")"
    sleep 0.2
  done
  read -r address <"$root/home/user/address"
  contains "$(curl -fsS "$address/api/health/ready")" '"ready"'
  contains "$(curl -fsS "$address/api/tunix/runs")" '"status":"completed"'
  contains "$(curl -fsS "$address/metrics")" registry_
  kill "$server"
  tries=0
  while kill -0 "$server" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || fail 'serve does not stop'
    sleep 0.2
  done
  server=''
  contains "$(cat "$root/home/user/log")" '"message":"stopping; running local runs: 0"'
}

# Builds the container from the base, and runs it without a namespace, which needs no privilege of its host.
container() {
  export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
  in_storage() { buildah --root "$tmp/storage" --runroot "$tmp/run" "$@"; }
  in_storage from --name base scratch >"$tmp/log" 2>&1 &&
    in_storage add -q base "$base/" / >>"$tmp/log" 2>&1 &&
    in_storage commit -q base debian-base >>"$tmp/log" 2>&1 &&
    in_storage build --build-arg BASE=localhost/debian-base -f "$target/../../docs/deploy/Containerfile" -t run-registry \
      "$target/../.." >>"$tmp/log" 2>&1 || fail "buildah: $(cat "$tmp/log")"
  in_storage from --name test localhost/run-registry >/dev/null
  place=$(in_storage mount test)
  install -D -m 444 /dev/stdin "$place/run/secrets/registry-token" <<END
secret
END
  # shellcheck disable=SC2016 # for the shell inside
  in_storage run --env REGISTRY_PORT=0 test -- bash -c 'set -e
    registry run -- sh -c "echo hi; id -un"
    registry serve >/tmp/address 2>/tmp/log &
    until [ -s /tmp/address ]; do kill -0 $! || { cat /tmp/log; exit 1; }; sleep 0.2; done
    exec 3<>"/dev/tcp/127.0.0.1/$(sed "s/.*://" /tmp/address)"
    printf "GET /api/tunix/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nConnection: close\r\n\r\n" >&3
    cat <&3
    kill $!
    wait $!' >"$tmp/log" 2>&1 || fail "container: $(cat "$tmp/log")"
  contains "$(cat "$tmp/log")" "hi
run-registry"
  contains "$(cat "$tmp/log")" '"status":"completed"'
  in_storage rm -a >/dev/null
  in_storage rmi -a >/dev/null
  if mountpoint -q "$tmp/storage/overlay"; then umount "$tmp/storage/overlay"; fi
  echo 'ok: container'
}

if [ "${1-}" = in-namespace ]; then
  tmp=$2 base=$3 root=$2/root
  mkdir "$tmp/overlay" "$root"
  for what in archive deb; do
    mount -t tmpfs -o size=1g none "$tmp/overlay"
    mkdir "$tmp/overlay/upper" "$tmp/overlay/work"
    mount -t overlay -o "lowerdir=$base,upperdir=$tmp/overlay/upper,workdir=$tmp/overlay/work" none "$root"
    mount --rbind /proc "$root/proc"
    mount --rbind /dev "$root/dev"
    install -d -o 1000 -g 1000 "$root/home/user"
    if [ "$what" = archive ]; then
      tar -xzf "$target"/run-registry-*-linux-*.tar.gz -C "$root/opt"
      place=$(basename "$root"/opt/run-registry-*)
      ln -s "/opt/$place/bin/registry" "$root/usr/local/bin/registry"
      tour "/opt/$place/share/completions/registry.bash"
    else
      cp "$target"/run-registry_*.deb "$root/tmp/run-registry.deb"
      chroot "$root" dpkg -i /tmp/run-registry.deb >/dev/null
      tour /usr/share/bash-completion/completions/registry
    fi
    echo "ok: $what"
    umount -R -l "$root"
    umount -l "$tmp/overlay"
  done
  exit
fi

base=$(readlink -f "${1:?the root directory made by debootstrap is missing}")
tmp=$(mktemp -d /tmp/registry-clean.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
unshare --mount --propagation private /bin/sh "$self" in-namespace "$tmp" "$base"
if command -v buildah >/dev/null; then
  container
else
  echo 'skipped: the container; install buildah'
fi
