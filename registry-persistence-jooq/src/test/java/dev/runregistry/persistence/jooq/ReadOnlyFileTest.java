package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Databases in a directory in which nothing can be created, read by a process of its own. */
class ReadOnlyFileTest {
  @TempDir private Path folder;

  private DatabaseConfig config() {
    return DatabaseConfig.sqlite(folder.resolve("registry.db"));
  }

  private void setPermissions(String permissions) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
  }

  @AfterEach
  void makeWritable() throws IOException {
    setPermissions("rwx------");
  }

  @Test
  void the_runs_of_a_read_only_home_are_listed() throws Exception {
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config())) {
      database.runs().save(run);
    }
    setPermissions("r-x------");
    List<String> before = files();

    assertThat(listed()).containsExactly(run.id().toString());
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void a_reader_that_may_not_write_sees_what_a_writer_has_just_written() throws Exception {
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config())) {
      database.runs().save(run);
      setPermissions("r-x------");

      assertThat(listed()).containsExactly(run.id().toString());
      assertThat(files()).contains("registry.db-wal");
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Root may write everything, so its reader is started without that capability. */
  private List<String> listed() throws IOException {
    List<String> command = new ArrayList<>();
    if (!denied()) {
      command.addAll(
          List.of("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"));
    }
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "-Dslf4j.internal.verbosity=ERROR",
            "-cp",
            System.getProperty("java.class.path"),
            Reader.class.getName(),
            config().url()));
    Process reader = new ProcessBuilder(command).redirectErrorStream(true).start();
    return reader.inputReader().lines().toList();
  }

  private boolean denied() {
    return !Files.isWritable(folder);
  }
}
