package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts {@link RegistryMain} from the class path of this JVM, with a class-data archive that is
 * made once: without it a start takes twice the processor time.
 */
final class Jvm {
  private final String classPath;
  private final Path archive;

  /**
   * Makes the archive.
   *
   * @param folder for the archive and what it is made of
   */
  Jvm(Path folder) throws IOException {
    classPath = packed(folder);
    archive = folder.resolve("classes.jsa");
    Path home = Files.createDirectory(folder.resolve("home"));
    List<String> once =
        command("-XX:ArchiveClassesAtExit=" + archive, home, "submit", -1, List.of("true"));
    assertThat(start(once, home).onExit().join().exitValue()).isZero();
    assertThat(archive).exists();
  }

  /**
   * The class path of this JVM, its folders as jars: of the classes in folders none is archived.
   */
  private static String packed(Path folder) throws IOException {
    List<String> packed = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (Files.isDirectory(Path.of(entry))) {
        Path jar = folder.resolve("classes" + packed.size() + ".jar");
        Installation.pack(Path.of(entry), jar);
        packed.add(jar.toString());
      } else {
        packed.add(entry);
      }
    }
    return String.join(File.pathSeparator, packed);
  }

  List<String> command(Path home, String action, Object argument, List<String> rest) {
    return command("-XX:SharedArchiveFile=" + archive, home, action, argument, rest);
  }

  private List<String> command(
      String option, Path home, String action, Object argument, List<String> rest) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-Xlog:cds*=off:stderr",
                option,
                "-cp",
                classPath,
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
