package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs whose starts are saved in one transaction. */
class SavingTogetherTest {
  @TempDir private Path folder;

  @Test
  void of_several_starts_those_that_are_legal_moves_are_stored() throws SQLException {
    DatabaseConfig config = Engine.POSTGRES.migrated(folder);
    Run fresh = Runs.running();
    Run waiting = Runs.pending();
    Run begun = waiting.start("process", Runs.NOON.plus(Duration.ofSeconds(1)));
    Run before = Runs.running();
    Run ended = Runs.ended(before, Runs.exited(0));
    Run another = Runs.pending();
    try (RunDatabase database = RunDatabase.at(config);
        Connections connections = Connections.to(config)) {
      RunRepository runs = database.runs();
      runs.save(waiting);
      runs.save(ended);

      Set<RunId> stored =
          new PreparedStatements(connections)
              .readIds(RunUpsert.saveAll(List.of(fresh, begun, before, another)));

      assertThat(stored).containsExactlyInAnyOrder(fresh.id(), begun.id(), another.id());
      for (Run kept : List.of(fresh, begun, ended, another)) {
        assertThat(runs.find(kept.id())).contains(kept);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void runs_that_start_at_once_are_all_on_record(Engine engine) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try (RunDatabase database = RunDatabase.at(engine.migrated(folder))) {
      List<Run> started = Stream.generate(Runs::running).limit(200).toList();
      List<Future<?>> saved =
          IntStream.range(0, started.size())
              .<Future<?>>mapToObj(i -> threads.submit(() -> database.runs().save(started.get(i))))
              .toList();
      for (Future<?> one : saved) {
        one.get();
      }

      assertThat(started)
          .allSatisfy(run -> assertThat(database.runs().find(run.id())).contains(run));
      assertThat(Set.copyOf(started)).hasSize(200);
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_start_after_the_end_is_refused_and_those_saved_with_it_are_on_record(Engine engine)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try (RunDatabase database = RunDatabase.at(engine.migrated(folder))) {
      Run before = Runs.running();
      Run ended = Runs.ended(before, Runs.exited(0));
      database.runs().save(ended);
      List<Run> started = Stream.generate(Runs::running).limit(100).toList();
      List<Future<?>> saved = new ArrayList<>();
      List<Future<?>> refused = new ArrayList<>();
      for (Run run : started) {
        saved.add(threads.submit(() -> database.runs().save(run)));
        refused.add(threads.submit(() -> database.runs().save(before)));
      }

      for (Future<?> one : saved) {
        one.get();
      }
      assertThat(refused)
          .allSatisfy(
              one -> assertThatThrownBy(one::get).hasCauseInstanceOf(StaleRunException.class));
      assertThat(started)
          .allSatisfy(run -> assertThat(database.runs().find(run.id())).contains(run));
      assertThat(database.runs().find(ended.id())).contains(ended);
    } finally {
      threads.shutdownNow();
    }
  }
}
