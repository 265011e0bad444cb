package dev.runregistry.executor.local;

/**
 * What a supervisor is: a script of POSIX shell. A constant, because reading a file from a jar
 * would delay each run by several milliseconds.
 */
final class SupervisorScript {
  static final String TEXT =
      """
      # Runs a command to its end and notes its exit code; outlives the registry that started it.
      # $0 is a name that no other process has, $1 the run folder, the rest the command.
      #
      # $0 is also the mark of a command that could not be executed at the last moment: every shell then
      # begins its error message, in stderr.log, with it.

      trap '' INT HUP TERM QUIT PIPE
      folder=$1
      shift

      # The line of the process that reads it: after its pid and name come, as fields 4, 5, 6 and 22,
      # its parent, group, session and start time. Empty where there is no /proc.
      stat=
      { read -r stat </proc/self/stat; } 2>/dev/null
      printf 'supervisor %s\\n' "$stat" >>"$folder/processes" || exit 125

      # Whoever finds nothing of a run alive makes this file, and looks again for the line above before
      # it takes the run for lost. So a run that is lost does not start, however late its supervisor is.
      [ -e "$folder/vanished" ] && exit 125

      # In the foreground: a shell takes stdin and INT away from what it runs in the background.
      (
        trap - INT HUP TERM QUIT PIPE
        { read -r stat </proc/self/stat; } 2>/dev/null
        printf 'child %s\\n' "$stat" >>"$folder/processes"
        # In braces: a shell whose exec cannot open a file ends as if that were the command's doing.
        {
          exec "$@"
        } >>"$folder/stdout.log" 2>>"$folder/stderr.log"
        printf 'unstarted \\n' >>"$folder/processes"
        exit 125
      )
      code=$?

      # Complete when it ends in a line feed. With the registry alive, that is the first to see it and
      # makes the ending durable; without it, this is all that will be known. A registry that has died is
      # not our parent any more, though it may still answer to kill -0: until somebody reaps it.
      umask 077
      if ! printf '%s\\n' "$code" >"$folder/exit"; then
        # The disk is full. The line still fits into the block that this file has had from its start.
        printf 'exit %s\\n' "$code" >>"$folder/processes"
      fi
      stat=
      { read -r stat </proc/self/stat; } 2>/dev/null
      parent=${stat##*) ? } parent=${parent%% *}
      if [ "${parent:-$PPID}" != "$PPID" ] || ! kill -0 "$PPID" 2>/dev/null; then
        sync "$folder/exit" "$folder/processes" "$folder"
      fi
      exit "$code"
      """;

  private SupervisorScript() {}
}
