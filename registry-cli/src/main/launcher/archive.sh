#!/bin/sh
# Builds the class-data archive: a process of its own, never the user's run. Sourced by bin/registry,
# of which run_java and the names of the files are.
# shellcheck disable=SC2154

. "$lib/lock.sh"

unset REGISTRY_JAVA_OPTS
fds='' environ='' # of this start; what is read from the latter can be read once
umask 077
mkdir -p "$folder" && cd "$folder" && lock_take "$folder/lock$kind" || exit 1
work=$folder/work$kind
trap 'cd / && rm -rf "$work" "$folder/lock$kind"' EXIT
trap 'exit 1' HUP INT TERM
if [ -f "$archive" ] && [ -f "$of_run" ] && ! [ "$lib/build-id" -nt "$archive" ]; then exit 0; fi
rm -rf "$work" && mkdir "$work" || exit 1
: >"$failed" # stays if this process dies, so that it is not tried again at every start
# also git's own, or in a hook its repository would be the user's
for name in $(env | sed -n 's/^\(REGISTRY_[A-Z_]*\)=.*/\1/p; s/^\(GIT_[A-Z_]*\)=.*/\1/p') \
  JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS; do
  unset "$name"
done
unset XDG_CONFIG_HOME XDG_STATE_HOME # as for most: only what is done here is kept
export HOME="$work" COLUMNS=120
learn() { # number, arguments: which classes that command needs
  number=$1
  shift
  (run_java -Xshare:off "-XX:DumpLoadedClassList=$work/classes.$number" "$main" "$@")
}
learn_commands() {
  learn 1 run --timeout 1m -- printenv RUN_REGISTRY_RUN_ID >"$work/id" || exit 1
  read -r id <"$work/id"
  learn 2 runs list
  learn 3 runs list --json
  learn 4 runs show "$id"
  learn 5 runs logs "$id"
  # into a database that is there, as most runs are recorded: these lists are those of run's archive
  learn run.6 run --json -d none
  learn run.7 run --db jdbc:postgresql://127.0.0.1:1/none -- true # nobody is there, on purpose
  learn run.8 run --timeout 1m -- true
  # as most are started: in a repository, with a setting, by a long argument
  if mkdir "$work/git" && cd "$work/git" && git init -q . && git -c user.name=- -c user.email=- commit -qm - --allow-empty; then
    (export REGISTRY_HOME="$work/.local/state/run-registry" && learn run.9 run -- printenv "NAME=${id}_${id}")
  fi >/dev/null 2>&1
  cd "$folder" || exit 1
}
learn_server() {
  learn 1 run -d none
  learn 2 runs list
  (run_java -Xshare:off "-XX:DumpLoadedClassList=$work/classes.3" "$main" serve --port 0) >"$work/address" &
  until [ -s "$work/address" ]; do
    kill -0 $! 2>/dev/null || exit 1
    sleep 0.2
  done
  kill $!
  wait $! || exit 1
}
if [ -n "$server" ]; then learn_server; else learn_commands; fi
# One list of several. The numbers of the classes clash; 25 keeps classes as old as picocli's only
# if nothing in them is resolved beforehand. What only a new database needs is not linked either.
without='^@cp picocli'
[ -z "$linked" ] || without="$without|org/flywaydb"
dump() { # archive, lists
  to=$1
  shift
  sed 's/ id: [0-9]*$//' "$@" |
    awk -v without="$without" '!/ source: / && $0 !~ without && !seen[$0]++' >"$work/classes" &&
    (run_java -Xshare:dump ${linked:+"$linked"} "-XX:SharedClassListFile=$work/classes" "-XX:SharedArchiveFile=$work/archive") &&
    [ -s "$work/archive" ] && mv -f "$work/archive" "$to"
}
if [ "$of_run" != "$archive" ]; then dump "$of_run" "$work"/classes.run.* || exit 1; fi
dump "$archive" "$work"/classes.* && rm -f "$failed" || exit 1
for old in "$folder"/*.jsa "$folder"/*.failed; do case $old in "$folder/$build".*) ;; *) rm -f "$old" ;; esac; done
exit 0
