package dev.runregistry.executor.slurm;

import dev.runregistry.run.port.supervisor.RunSupervisor.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The batch script of a job. It starts the supervisor in the directory of the run, with the command
 * as its arguments, which no shell parses. Slurm starts a job whose directory does not exist in
 * another one, and calls it completed: so the script changes the directory itself.
 */
final class JobScript {
  private JobScript() {}

  /** Returns the text; the supervisor is a part of it, so that no file has to be found. */
  static String text(Program supervisor) {
    return """
        #!/bin/sh
        cd -- "$1" || exit 125
        workspace=$2
        shift 2
        arch=$(uname -m)
        [ "$arch" = x86_64 ] && arch=amd64
        PERL_BADLANG=0
        export PERL_BADLANG
        exec perl -e '%s' -- "$workspace" "arch=$arch" "host=${SLURMD_NODENAME:-unknown}" "$@"
        """
        .formatted(supervisor.text().replace("'", "'\\''"));
  }

  /** Returns its arguments. */
  static List<String> arguments(Path directory, Program supervisor) {
    List<String> words = new ArrayList<>(List.of(directory.toString()));
    words.addAll(supervisor.arguments());
    return words;
  }
}
