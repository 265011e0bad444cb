package dev.runregistry.executor.process;

import dev.runregistry.testkit.DefaultSignals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A registry in a process of its own, which a test can kill: {@link LocalRunMain}. */
public final class RegistryProcess {
  private RegistryProcess() {}

  /** The command that runs the rest in that home. */
  public static List<String> command(Path home, String... command) {
    return command(LocalRunMain.class, home, command);
  }

  private static List<String> command(Class<?> main, Path home, String... command) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-XX:MaxDirectMemorySize=4m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-Dslf4j.internal.verbosity=ERROR", // stderr is the run's
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                home.toString()));
    words.addAll(List.of(command));
    return DefaultSignals.command(words);
  }

  public static ProcessBuilder builder(Path home, String... command) {
    return builder(LocalRunMain.class, home, command);
  }

  /** The same with another main class, which takes the home and the rest. */
  public static ProcessBuilder builder(Class<?> main, Path home, String... command) {
    return new ProcessBuilder(command(main, home, command))
        .redirectError(home.resolve("registry-stderr").toFile());
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
