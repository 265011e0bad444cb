#!/bin/sh
# Builds the Debian package, where dpkg-deb is installed, and SHA256SUMS of all packages. Started by Maven in the
# directory of the module, with VERSION, TIMESTAMP, ARCH, DEB_ARCH and DEB_MAINTAINER.
set -eu
umask 022
export LC_ALL=C.UTF-8 TZ=UTC

name=run-registry-$VERSION
sources=$PWD/src/main/deb
SOURCE_DATE_EPOCH=$(date -d "$TIMESTAMP" +%s)
export SOURCE_DATE_EPOCH
# A snapshot sorts before its release.
deb_version=$(echo "$VERSION" | sed 's/-/~/g')-1
deb=run-registry_${deb_version}_$DEB_ARCH.deb

lay_out() {
  root=target/deb
  rm -rf "$root"
  mkdir -p "$root/usr/lib" "$root/usr/bin" "$root/etc/run-registry" "$root/usr/lib/systemd/system" "$root/DEBIAN"
  tar -xzf "target/$name-linux-$ARCH.tar.gz" -C "$root/usr/lib"
  mv "$root/usr/lib/$name" "$root/usr/lib/run-registry"
  (
    cd "$root/usr/lib/run-registry"
    usr=../..
    mkdir -p $usr/share/bash-completion/completions $usr/share/zsh/vendor-completions \
      $usr/share/fish/vendor_completions.d $usr/share/man/man1 $usr/share/doc/run-registry $usr/share/lintian/overrides \
      $usr/share/run-registry
    mv share/completions/registry.bash $usr/share/bash-completion/completions/registry
    mv share/completions/_registry $usr/share/zsh/vendor-completions/
    mv share/completions/registry.fish $usr/share/fish/vendor_completions.d/
    gzip -9n <share/man/man1/registry.1 >$usr/share/man/man1/registry.1.gz
    gzip -9n <CHANGELOG.md >$usr/share/doc/run-registry/changelog.gz
    mv docs examples README.md CONTRIBUTING.md SECURITY.md run-registry-sbom.json $usr/share/doc/run-registry/
    mv clients/python $usr/share/run-registry/
    mv $usr/share/run-registry/python/examples $usr/share/doc/run-registry/examples/python
    rm -r clients share CHANGELOG.md LICENSE
    # in the repository the unit is that of an installation by hand
    sed 's,/opt/run-registry/bin/registry,/usr/bin/registry,; s,^Documentation=.*,Documentation=man:registry(1),; /^# The HTTP server as a service/s/\..*/./' \
      $usr/share/doc/run-registry/docs/deploy/run-registry.service >$usr/lib/systemd/system/run-registry.service
  )
  ln -s ../lib/run-registry/bin/registry "$root/usr/bin/registry"
  cp "$sources/environment" "$root/etc/run-registry/"
  echo /etc/run-registry/environment >"$root/DEBIAN/conffiles"
  cp "$sources/copyright" "$root/usr/share/doc/run-registry/"
  cp "$sources/lintian-overrides" "$root/usr/share/lintian/overrides/run-registry"
  {
    echo "run-registry ($deb_version) unstable; urgency=medium"
    printf '\n  * Version %s; see changelog.gz.\n\n' "$VERSION"
    echo " -- $DEB_MAINTAINER  $(date -R -d "@$SOURCE_DATE_EPOCH")"
  } | gzip -9n >"$root/usr/share/doc/run-registry/changelog.Debian.gz"
  for script in postinst prerm postrm; do
    cp "$sources/$script" "$root/DEBIAN/"
    chmod 755 "$root/DEBIAN/$script"
  done
  (cd "$root" && find etc usr -type f | sort | xargs -d '\n' md5sum >DEBIAN/md5sums)
  # The newest version of the C library whose symbols are used
  glibc=$(find "$root/usr/lib/run-registry" -name '*.so' -exec grep -aoh 'GLIBC_2\.[0-9]*' {} + | sed 's/GLIBC_//' | sort -uV | tail -n 1)
  size=$(find "$root/usr" "$root/etc" -type f -exec stat -c %s {} + | awk '{ kib += int(($1 + 1023) / 1024) } END { print kib }')
  sed "s/@VERSION@/$deb_version/; s/@ARCH@/$DEB_ARCH/; s/@SIZE@/$size/; s/@GLIBC@/$glibc/; s/@MAINTAINER@/$DEB_MAINTAINER/" \
    "$sources/control" >"$root/DEBIAN/control"
  find "$root" -depth -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

rm -f target/*.deb
if command -v dpkg-deb >/dev/null; then
  lay_out
  dpkg-deb --root-owner-group -Zxz --build target/deb "target/$deb" >/dev/null
  rm -rf target/deb
else
  echo 'registry-dist: no .deb, because there is no dpkg-deb (Debian package dpkg)' >&2
  deb=''
fi
cd target
sha256sum "$name-linux-$ARCH.tar.gz" "$name-nojre.tar.gz" ${deb:+"$deb"} >SHA256SUMS
