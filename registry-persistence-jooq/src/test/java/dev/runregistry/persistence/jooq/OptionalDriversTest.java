package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.testkit.Runs;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process whose class path has the driver of the database that it uses, and not the other. */
class OptionalDriversTest {
  private static final List<String> DRIVERS = List.of("sqlite-jdbc", "postgresql");

  @TempDir private Path folder;

  /** Records a run in the database of the arguments, or prints why not. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      DatabaseConfig config =
          args.length == 1
              ? new DatabaseConfig(args[0], null, null)
              : new DatabaseConfig(args[0], args[1], args[2]);
      try (RunDatabase database = RunDatabase.at(config)) {
        Run run = Runs.completed();
        database.migrate();
        database.runs().save(run);
        System.out.println(database.runs().find(run.id()).equals(Optional.of(run)));
        database.runs().save(Runs.ended(Runs.running(), Runs.exited(0)));
      } catch (RepositoryException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_other_driver_is_not_needed(Engine engine) throws Exception {
    assertThat(run(engine.empty(folder), DRIVERS.get(1 - engine.ordinal()))).isEqualTo("true");
  }

  @ParameterizedTest
  @EnumSource
  void a_missing_driver_is_named(Engine engine) throws Exception {
    String driver = DRIVERS.get(engine.ordinal());
    assertThat(run(engine.empty(folder), driver))
        .startsWith("cannot ")
        .endsWith(
            ": its driver is missing, add org.%s:%s"
                .formatted(engine == Engine.SQLITE ? "xerial" : "postgresql", driver));
  }

  private String run(DatabaseConfig config, String without) throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith(without + "-"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dslf4j.internal.verbosity=ERROR",
                "--enable-native-access=ALL-UNNAMED", // or newer JDKs warn
                "-cp",
                classPath,
                Program.class.getName(),
                config.url()));
    if (config.user() != null) {
      command.addAll(List.of(config.user(), String.valueOf(config.password())));
    }
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.waitFor();
    return Files.readString(output).strip();
  }
}
