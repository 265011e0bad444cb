package dev.runregistry.executor.process;

import dev.runregistry.testkit.process.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A registry in a process of its own, which a test can kill: {@link LocalRunMain}. */
public final class RegistryProcess {
  private RegistryProcess() {}

  /** The command that runs the rest in that home. */
  public static List<String> command(Path home, String... command) {
    return JavaProcess.command(LocalRunMain.class, home, command);
  }

  public static ProcessBuilder builder(Path home, String... command) {
    return JavaProcess.builder(LocalRunMain.class, home, command);
  }

  /** The folder of the only run in that home, once there is one. */
  public static Workspace onlyRun(Path home) {
    Path active = home.resolve("runs/active");
    LocalRuns.await(() -> list(active).size() == 1);
    return new Workspace(list(active).get(0));
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In a pseudo-terminal; what is written to its stdin is typed there. */
  public static ProcessBuilder inTerminal(Path home, String... command) {
    ProcessBuilder script =
        new ProcessBuilder("script", "-qec", commandLine(home, command), "/dev/null");
    Map<String, String> environment = script.environment();
    environment.put("SHELL", "/bin/sh");
    return script.redirectErrorStream(true);
  }

  /** The same as a line for a shell, which it replaces: else that dies of a ^C that is typed. */
  public static String commandLine(Path home, String... command) {
    return "exec "
        + command(home, command).stream()
            .map(RegistryProcess::quoted)
            .collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
