package dev.runregistry.executor.process;

import dev.runregistry.executor.process.LocalRunExecutor.Settings;
import dev.runregistry.run.RunId;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Starts the Perl program that runs a command, copies its output and records its exit code. The
 * program is passed as an argument, so that there is no file that could be missing or incomplete.
 */
final class Supervisor {
  /** The exit code of the program if it starts nothing; a command may exit with it, too. */
  static final int CANNOT_START = 125;

  /** The prefix of variables that affect Perl: not set for it, but for the command alone. */
  private static final String OF_PERL = "PERL";

  private Supervisor() {}

  /** The destination of live output. */
  enum LiveOutput {
    /** Nowhere. */
    NONE(""),
    /** Each stream on the same one of this process. */
    BOTH("12"),
    /** Prints both streams on the stderr of this process. */
    ON_STDERR("22");

    private final String targets;

    LiveOutput(String targets) {
      this.targets = targets;
    }

    /** The descriptors of stdout and stderr. */
    String targets() {
      return targets;
    }
  }

  /** Returns the prefix of the message about a failed start by supervisors of earlier versions. */
  static String earlierMark(RunId id) {
    return "run-registry-" + id;
  }

  /**
   * Returns a process without a command.
   *
   * @param inheritsEnvironment whether it has the variables of this process; else it has none
   */
  static ProcessBuilder process(boolean inheritsEnvironment) {
    ProcessBuilder process = new ProcessBuilder();
    if (!inheritsEnvironment) {
      process.environment().clear();
    }
    return process;
  }

  /**
   * Returns the process to start.
   *
   * @param process with the environment that is changed
   * @param environment changes of the environment; null to remove a variable
   * @throws IOException if there is no Perl
   */
  static ProcessBuilder of(
      ProcessBuilder process,
      RunId id,
      Workspace folder,
      List<String> command,
      Map<String, @Nullable String> environment,
      Settings settings)
      throws IOException {
    change(process.environment(), environment);
    List<String> words = new ArrayList<>(List.of(perl(), "-e", SupervisorScript.TEXT, "--"));
    words.add(folder.path().toString());
    words.addAll(options(id, settings));
    words.add("attempt=" + folder.attempt());
    words.addAll(restored(process.environment()));
    process.environment().put("PERL_BADLANG", "0"); // no locale warnings on stderr
    words.add("--");
    words.addAll(command);
    Redirect log = Redirect.appendTo(folder.supervisorLog().toFile());
    boolean shows = settings.live() != LiveOutput.NONE;
    return process
        .command(words)
        .redirectInput(
            settings.ownSession() ? Redirect.from(new File("/dev/null")) : Redirect.INHERIT)
        .redirectOutput(shows ? Redirect.INHERIT : log)
        .redirectError(shows ? Redirect.INHERIT : log);
  }

  private static List<String> options(RunId id, Settings settings) {
    List<String> options = new ArrayList<>();
    options.add("run=" + id);
    options.add("arch=" + System.getProperty("os.arch"));
    options.add("parent=" + ProcessHandle.current().pid());
    if (settings.ownSession()) {
      options.add("session=1");
    } else {
      options.add("terminal=1");
    }
    if (settings.live() != LiveOutput.NONE) {
      options.add("show=" + settings.live().targets());
    }
    if (settings.logLimit().isLimited()) {
      options.add("limit=" + settings.logLimit().bytes());
    }
    if (settings.keepChildren()) {
      options.add("keep=1");
    }
    if (!settings.descriptors().isEmpty()) {
      options.add(
          "fds="
              + settings.descriptors().stream()
                  .map(String::valueOf)
                  .collect(Collectors.joining(",")));
    }
    if (settings.openFiles().isPresent()) {
      options.add("nofile=" + settings.openFiles().getAsLong());
    }
    return options;
  }

  /**
   * Removes the variables that affect Perl from an environment, and returns the options by which
   * the program restores them for the command.
   */
  static List<String> restored(Map<String, String> environment) {
    List<String> options = new ArrayList<>();
    for (Map.Entry<String, String> variable : ofPerl(environment).entrySet()) {
      options.add("env=" + variable.getKey() + "=" + variable.getValue());
      environment.remove(variable.getKey());
    }
    return options;
  }

  private static Map<String, String> ofPerl(Map<String, String> environment) {
    Map<String, String> found = new TreeMap<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (variable.getKey().startsWith(OF_PERL)) {
        found.put(variable.getKey(), variable.getValue());
      }
    }
    return found;
  }

  /** Sets variables, and removes those that are null. */
  private static void change(
      Map<String, String> environment, Map<String, @Nullable String> changes) {
    changes.forEach(
        (name, value) -> {
          if (value == null) {
            environment.remove(name);
          } else {
            environment.put(name, value);
          }
        });
  }

  /** Searches the path of this process: that of the run may be anything. */
  private static String perl() throws IOException {
    Optional<String> found =
        new ExecutableFinder(new File("/"), System.getenv("PATH")).find("perl");
    if (found.isEmpty()) {
      throw new IOException("Perl 5 is needed to supervise runs, and perl is not on PATH");
    }
    return found.get();
  }
}
