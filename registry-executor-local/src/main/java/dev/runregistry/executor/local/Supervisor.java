package dev.runregistry.executor.local;

import dev.runregistry.run.RunId;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Starts the shell script that runs a command and notes its exit code. The script goes along as an
 * argument, so that there is no file that could be missing or half written.
 */
final class Supervisor {
  /** With which the script ends when it does not start anything; a command may do that, too. */
  static final int CANNOT_START = 125;

  private static final Pattern SHELL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private Supervisor() {}

  /** What every error message of the script's shell begins with. */
  static String mark(RunId id) {
    return "run-registry-" + id;
  }

  /**
   * The process to start.
   *
   * @param environment changes of the environment; null for a variable to remove
   */
  static ProcessBuilder of(
      RunId id,
      RunFolder folder,
      List<String> command,
      Path workingDirectory,
      Map<String, @Nullable String> environment,
      boolean ownSession) {
    ProcessBuilder process = new ProcessBuilder();
    change(process.environment(), environment);
    List<String> words = new ArrayList<>();
    if (ownSession) { // util-linux; without it the run stays in our session
      tool("setsid").ifPresent(words::add);
    }
    words.addAll(
        List.of(
            tool("sh").orElse("/bin/sh"),
            "-c",
            SupervisorScript.TEXT,
            mark(id),
            folder.path().toString()));
    words.addAll(withLostVariables(process.environment()));
    words.addAll(command);
    Redirect log = Redirect.appendTo(folder.supervisorLog().toFile());
    return process
        .command(words)
        .directory(workingDirectory.toFile())
        .redirectInput(ownSession ? Redirect.from(new File("/dev/null")) : Redirect.INHERIT)
        .redirectOutput(log)
        .redirectError(log);
  }

  /** Sets variables, and removes those that are null. */
  static void change(Map<String, String> environment, Map<String, @Nullable String> changes) {
    changes.forEach(
        (name, value) -> {
          if (value == null) {
            environment.remove(name);
          } else {
            environment.put(name, value);
          }
        });
  }

  /** A shell does not pass on variables with names such as {@code my.setting}: env does it then. */
  private static List<String> withLostVariables(Map<String, String> environment) {
    List<String> words = new ArrayList<>();
    environment.forEach(
        (name, value) -> {
          if (!SHELL_NAME.matcher(name).matches()) {
            words.add(name + "=" + value);
          }
        });
    if (!words.isEmpty()) {
      words.add(0, "env");
    }
    return words;
  }

  /** Looked for on our own path: that of the run may lead anywhere. */
  private static Optional<String> tool(String name) {
    return new ProgramLookup(new File("/"), System.getenv("PATH")).find(name);
  }
}
