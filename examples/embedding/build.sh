#!/usr/bin/env bash
# Builds and runs programs against an installed registry: build.sh [LOCAL-REPOSITORY [PROGRAM...]]; by default all three,
# plain_java, spring_boot and own_executor.
# JAVA_NEWER names a newer JDK, on which they run as well.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

maven=(mvn -B -ntp -q)
[ $# -eq 0 ] || maven+=("-Dmaven.repo.local=$1")
programs=("${@:2}")
[ $# -gt 1 ] || programs=(plain_java spring_boot own_executor)
java_home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}

plain_java() (
  cd plain-java
  "${maven[@]}" process-classes
  home=$(mktemp -d)
  trap 'rm -rf "$home"' EXIT
  for java in "$java_home" ${JAVA_NEWER:+"$JAVA_NEWER"}; do
    for path in "-cp target/classes:target/modules/* example.plain.Main" \
      "-p target/classes:target/modules --add-modules ALL-MODULE-PATH -m example.plain/example.plain.Main"; do
      # shellcheck disable=SC2086 # options
      said=$("$java/bin/java" -Dslf4j.internal.verbosity=ERROR $path "$home" 2>"$home/err") || { cat "$home/err"; exit 1; }
      [ "$said" = "Failed with exit code 3" ] || { echo "plain-java: $said"; exit 1; }
      echo "plain-java: $java $path: $said"
    done
  done
)

spring_boot() (
  newer=()
  cd spring-boot
  for boot in boot-3 boot-4; do
    "${maven[@]}" clean test "-P$boot"
    head -1 target/surefire-reports/*-output.txt
    if [ -n "${JAVA_NEWER:-}" ]; then
      # there the jOOQ of Boot 4.1 itself runs as well
      [ "$boot" = boot-3 ] || newer=(-Djooq.version=3.21.9)
      "${maven[@]}" surefire:test "-P$boot" "-Djvm=$JAVA_NEWER/bin/java" "${newer[@]}"
      head -1 target/surefire-reports/*-output.txt
    fi
  done
)

own_executor() (
  cd own-executor
  for junit in 5.12.2 6.1.3; do
    "${maven[@]}" test "-Djunit.version=$junit"
    echo "own-executor: JUnit $junit: the contract holds"
  done
)

for program in "${programs[@]}"; do
  "$program"
done
