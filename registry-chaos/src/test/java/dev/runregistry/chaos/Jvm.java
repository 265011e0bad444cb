package dev.runregistry.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts {@link RegistryMain}. */
final class Jvm {
  private Jvm() {}

  static List<String> command(Path home, String action, Object argument, List<String> rest) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                RegistryMain.class.getName(),
                home.toString(),
                action,
                argument.toString()));
    words.addAll(rest);
    return words;
  }

  static Process start(List<String> command, Path home) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("said").toFile()))
        .redirectError(ProcessBuilder.Redirect.appendTo(home.resolve("said").toFile()))
        .start();
  }
}
