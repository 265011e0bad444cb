package dev.runregistry.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The shells that completion is tried in, a client, and other hosts. Where one is missing its tests
 * are skipped, and fail where {@code RUN_REGISTRY_TOOLS} is {@code required}, as it is in the CI.
 */
final class ShellTools {
  static final Path BASH_COMPLETION = Path.of("/usr/share/bash-completion/bash_completion");

  /** Where Debian has the modules of Node.js. */
  static final Path NODE_MODULES = Path.of("/usr/share/nodejs");

  private ShellTools() {}

  /** Goes on only where the programs are. */
  static void need(String... programs) {
    for (String program : programs) {
      need(
          isOnPath(program),
          "no %1$s; to get it on Debian or Ubuntu: apt-get install %1$s",
          program);
    }
  }

  /** Goes on only where promtool is. */
  static void needPromtool() {
    need(
        isOnPath("promtool"),
        "no promtool; it is in the package %1$s of Debian and Ubuntu: apt-get download %1$s",
        "prometheus");
  }

  /** Goes on only where bash-completion is. */
  static void needBashCompletion() {
    need(
        Files.isReadable(BASH_COMPLETION),
        "no %1$s; to get it on Debian or Ubuntu: apt-get install %1$s",
        "bash-completion");
  }

  /** Goes on only where there are Node.js and its module eventsource. */
  static void needEventSource() {
    need(
        isOnPath("node") && Files.isReadable(NODE_MODULES.resolve("eventsource/package.json")),
        "no Node.js with eventsource; to get it on Debian or Ubuntu: apt-get install %s",
        "nodejs node-eventsource");
  }

  /** Goes on only where a program can be started on a host of its own ({@code Launcher.onHost}). */
  static void needOtherHost() {
    need(
        canUnshare(),
        "no other host: 'unshare %s true' fails; allow namespaces of users to this user",
        "--user --map-root-user --uts --mount");
  }

  private static boolean canUnshare() {
    try {
      return new ProcessBuilder("unshare", "--user", "--map-root-user", "--uts", "--mount", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .onExit()
              .join()
              .exitValue()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void need(boolean there, String message, String what) {
    if (!there) {
      String how = message.formatted(what);
      if ("required".equals(System.getenv("RUN_REGISTRY_TOOLS"))) {
        throw new AssertionError(how);
      }
      Assumptions.abort(how);
    }
  }

  private static boolean isOnPath(String program) {
    return List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
