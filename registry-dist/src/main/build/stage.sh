#!/bin/sh
# Lays out what the archives have in common (target/stage) and the runtime (target/runtime). Started by Maven in the
# directory of the module, with JAVA_HOME, VERSION and TIMESTAMP.
set -eu
umask 022
export LC_ALL=C.UTF-8 TZ=UTC

stage=target/stage runtime=target/runtime
rm -rf "$stage" "$runtime" target/classes-of-all
mkdir -p "$stage/bin" "$stage/share/man/man1" "$stage/share/completions" "$stage/clients/python"
cp ../bin/registry "$stage/bin/"
cp -r ../registry-cli/target/registry/lib ../docs ../examples ../README.md ../CHANGELOG.md ../CONTRIBUTING.md \
  ../SECURITY.md ../LICENSE ../registry-cli/target/run-registry-sbom.json "$stage/"
for file in README.md examples pyproject.toml run_registry.py; do
  cp -r "../clients/python/$file" "$stage/clients/python/"
done
find "$stage/examples" "$stage/clients" \( -name __pycache__ -o -name .gitignore \) -prune -exec rm -rf {} +

# --- The runtime. jdeps finds what the classes name; module-info and the classes of newer releases are left out,
# because jdeps would also require their optional modules.
mkdir target/classes-of-all
for jar in "$stage"/lib/*.jar "$stage"/lib/server/*.jar; do
  case $jar in /*) ;; *) jar=$PWD/$jar ;; esac
  (cd target/classes-of-all && "$JAVA_HOME/bin/jar" --extract --file "$jar")
done
rm -rf target/classes-of-all/META-INF target/classes-of-all/module-info.class
named=$("$JAVA_HOME/bin/jdeps" --ignore-missing-deps --print-module-deps target/classes-of-all)
rm -rf target/classes-of-all
# Named by classes that are never used here: jOOQ's run-time compiler, and beans and points of Swing's module in jOOQ,
# Jackson, SnakeYAML, Micrometer, Jetty and the PostgreSQL driver. It would bring 15 MB, and libraries of X11.
modules=$(echo "$named" | tr ',' '\n' | grep -vxE 'java\.(compiler|desktop)' | tr '\n' ',')
# Found at run time only: logging of the drivers, JMX, and elliptic curves for TLS.
modules=${modules}java.logging,java.management,jdk.crypto.ec
"$JAVA_HOME/bin/jlink" --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages \
  --compress=2 --output "$runtime"
# The launcher names archives after the vendor and the build, which jlink leaves out.
grep -E '^(IMPLEMENTOR|JAVA_RUNTIME_VERSION)=' "$JAVA_HOME/release" >"$runtime/release.new"
cat "$runtime/release" >>"$runtime/release.new"
mv "$runtime/release.new" "$runtime/release"
chmod -R u+w "$runtime"

# --- Completions and the manual page, from the program that is packaged
registry() {
  env -u REGISTRY_CONFIG REGISTRY_CDS=off REGISTRY_JAVA="$PWD/$runtime/bin/java" HOME=/nonexistent COLUMNS=100 "$stage/bin/registry" "$@"
}
registry completion bash >"$stage/share/completions/registry.bash"
registry completion zsh >"$stage/share/completions/_registry"
registry completion fish >"$stage/share/completions/registry.fish"
registry --help | awk '
  /^Exit codes:/ { exit }
  /^[A-Z][a-z-]+:$/ { on = 1; sub(/:$/, ""); gsub(/-/, "\\-"); print ".SS " $0; next } # a group
  !on || /^ *$/ { next }
  { gsub(/\\/, "\\e"); gsub(/-/, "\\-") }
  /^  [a-z]/ {
    line = substr($0, 3); end = index(line, "  ")
    print ".TP\n.B " substr(line, 1, end - 1)
    sub(/^.*  +/, "", line); print line; next
  }
  { sub(/^ +/, ""); sub(/^[.\x27]/, "\\\\\\&&"); print }' >target/commands.man
[ -s target/commands.man ]
sed -e "s/@VERSION@/$VERSION/; s/@DATE@/${TIMESTAMP%%T*}/" -e '/^@COMMANDS@$/ {' -e 'r target/commands.man' -e 'd' -e '}' \
  src/main/man/registry.1 >"$stage/share/man/man1/registry.1"
