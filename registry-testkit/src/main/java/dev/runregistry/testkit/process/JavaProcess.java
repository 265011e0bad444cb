package dev.runregistry.testkit.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts a main class of the tests in a small JVM of its own, which a test can kill. */
public final class JavaProcess {
  private JavaProcess() {}

  /** Returns the command that runs the main class with the home and the arguments. */
  public static List<String> command(Class<?> main, Path home, String... arguments) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-XX:MaxDirectMemorySize=4m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-Dslf4j.internal.verbosity=ERROR")); // stderr is the run's
    Optional.ofNullable(System.getProperty("slf4j.provider")) // with several on the class path
        .ifPresent(provider -> words.add("-Dslf4j.provider=" + provider));
    words.addAll(
        List.of("-cp", System.getProperty("java.class.path"), main.getName(), home.toString()));
    words.addAll(List.of(arguments));
    return DefaultSignals.command(words);
  }

  /** Returns the same as a process with its stderr in the file {@code registry-stderr} of home. */
  public static ProcessBuilder builder(Class<?> main, Path home, String... arguments) {
    return new ProcessBuilder(command(main, home, arguments))
        .redirectError(home.resolve("registry-stderr").toFile());
  }
}
