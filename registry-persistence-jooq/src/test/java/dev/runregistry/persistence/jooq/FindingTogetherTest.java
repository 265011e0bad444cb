package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.UnreadableRunException;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that many ask for at the same time. */
class FindingTogetherTest {
  private static final int ROUNDS = 50;

  @TempDir private Path folder;
  private final ExecutorService threads = Executors.newFixedThreadPool(16);
  private final List<Run> runs = Stream.generate(Runs::running).limit(20).toList();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private void save(DatabaseConfig config) {
    try (RunDatabase database = RunDatabase.at(config)) {
      runs.forEach(database.runs()::save);
    }
  }

  private List<Future<Optional<Run>>> findAllAtOnce(RunDatabase database) {
    return runs.stream().map(run -> threads.submit(() -> database.runs().find(run.id()))).toList();
  }

  @ParameterizedTest
  @EnumSource
  void everyone_finds_the_run_that_was_asked_for(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    save(config);
    try (RunDatabase database = RunDatabase.at(config)) {
      for (int round = 0; round < ROUNDS; round++) {
        List<Future<Optional<Run>>> found = findAllAtOnce(database);
        assertThat(database.runs().find(Runs.id())).isEmpty();

        for (int i = 0; i < runs.size(); i++) {
          assertThat(found.get(i).get()).contains(runs.get(i));
        }
      }
    }
  }

  @Test
  void a_record_that_cannot_be_read_is_no_failure_of_others_that_are_asked_for() throws Exception {
    DatabaseConfig config = Engine.POSTGRES.migrated(folder);
    save(config);
    RunId damaged = runs.get(7).id();
    damage(config, damaged);
    try (RunDatabase database = RunDatabase.at(config)) {
      for (int round = 0; round < ROUNDS; round++) {
        List<Future<Optional<Run>>> found = findAllAtOnce(database);

        for (int i = 0; i < runs.size(); i++) {
          if (runs.get(i).id().equals(damaged)) {
            assertThatThrownBy(found.get(i)::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(UnreadableRunException.class);
          } else {
            assertThat(found.get(i).get()).contains(runs.get(i));
          }
        }
      }
    }
  }

  /** What somebody who owns the database can do to it. */
  private static void damage(DatabaseConfig config, RunId id) throws SQLException {
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER TABLE tunix_runs DISABLE TRIGGER USER");
      statement.execute("ALTER TABLE tunix_runs DROP CONSTRAINT num_epochs_in_range");
      assertThat(
              statement.executeUpdate(
                  "UPDATE tunix_runs SET num_epochs = 0 WHERE run_id = '" + id + "'"))
          .isEqualTo(1);
    }
  }
}
