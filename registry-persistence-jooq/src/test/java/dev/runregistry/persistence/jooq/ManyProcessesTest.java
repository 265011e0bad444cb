package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.testkit.Runs;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real processes, all started before the first of them opens the new database. */
class ManyProcessesTest {
  private static final int PROCESSES = 4;
  private static final int RUNS = 25;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void several_processes_migrate_and_fill_one_new_database(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    List<Process> writers = new ArrayList<>();
    try {
      for (int i = 0; i < PROCESSES; i++) {
        writers.add(start(config, RUNS, i));
      }
      List<RunId> written = new ArrayList<>();
      for (Process writer : begin(writers)) {
        written.addAll(ids(writer));
      }
      assertThat(errors()).isEmpty();
      assertThat(written).hasSize(PROCESSES * RUNS).doesNotHaveDuplicates();
      assertThat(Verified.of(config).discrepancies()).isEmpty();
      assertThat(Verified.of(config).head().count()).isEqualTo(PROCESSES * RUNS);
      try (RunDatabase database = RunDatabase.at(config)) {
        assertThat(database.migrate().applied()).isZero();
        for (RunId id : written) {
          assertThat(database.runs().find(id).map(Run::status)).contains(RunStatus.COMPLETED);
        }
      }
    } finally {
      writers.forEach(Process::destroyForcibly);
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_a_killed_process_had_saved_is_there_with_its_links(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    Process writer = start(config, 1_000_000, 0);
    try {
      BufferedReader out = begin(List.of(writer)).get(0).inputReader();
      List<String> acknowledged = new ArrayList<>();
      while (acknowledged.size() < 100) {
        acknowledged.add(out.readLine());
      }
      writer.toHandle().destroyForcibly(); // kill -9, and the pipe stays open
      out.lines().filter(line -> line.length() == 36).forEach(acknowledged::add);

      try (RunDatabase database = RunDatabase.at(config)) {
        for (String id : acknowledged) {
          Optional<Run> run = database.runs().find(RunId.parse(id));
          assertThat(run.map(Run::status)).contains(RunStatus.COMPLETED);
        }
        database.runs().save(Runs.completed());
      }
      Verified verified = Verified.of(config);
      assertThat(verified.discrepancies()).isEmpty();
      assertThat(verified.head().count()).isGreaterThan(acknowledged.size());
    } finally {
      writer.destroyForcibly();
    }
  }

  private Process start(DatabaseConfig config, int runs, int number) throws IOException {
    String user = config.user() == null ? "-" : config.user();
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED", // or 25 remarks on the driver of SQLite
            "-Dslf4j.internal.verbosity=ERROR",
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            config.url(),
            user,
            String.valueOf(runs))
        .redirectError(folder.resolve("errors-" + number).toFile())
        .start();
  }

  private static List<Process> begin(List<Process> writers) throws IOException {
    for (Process writer : writers) {
      assertThat(writer.inputReader().readLine()).isEqualTo("ready");
    }
    for (Process writer : writers) {
      writer.outputWriter().write("go\n");
      writer.outputWriter().flush();
    }
    return writers;
  }

  private static List<RunId> ids(Process writer) {
    return writer.inputReader().lines().map(RunId::parse).toList();
  }

  private String errors() throws IOException {
    StringBuilder errors = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith("errors")).toList()) {
        errors.append(Files.readString(file));
      }
    }
    return errors.toString();
  }
}
