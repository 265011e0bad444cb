package dev.runregistry.testkit;

import static dev.runregistry.testkit.Runs.ended;
import static dev.runregistry.testkit.Runs.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.RepositoryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.service.Finding.Action;
import dev.runregistry.run.service.Reconciliation;
import dev.runregistry.run.service.RunRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Runs that are archived on this host and missing in the database. */
class ArchiveReplayTest {
  private static final String HERE = "jdbc:postgresql://db:5432/runs";

  private final InMemoryRunJournal journal = new InMemoryRunJournal();
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private DatabaseIdentity identity = database(HERE);
  private boolean away;
  private int calls;

  private static DatabaseIdentity database(String address) {
    return new DatabaseIdentity(address, Optional.of(UUID.randomUUID()));
  }

  /** The fake, with the identity and the outages of this test. */
  private RunRepository here() {
    return (RunRepository)
        Proxy.newProxyInstance(
            RunRepository.class.getClassLoader(),
            new Class<?>[] {RunRepository.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("identity")) {
                return identity;
              }
              calls++;
              if (away) {
                throw new RepositoryException("no database", new ConnectException("refused"));
              }
              try {
                return method.invoke(repository, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Reconciliation replay(boolean adopts) {
    return RunRegistry.builder()
        .repository(here())
        .journal(journal)
        .executor(ScriptedRunExecutor.endingWith(exited(0)))
        .catalog(new InMemoryDatasetCatalog())
        .ids(Runs::id)
        .build()
        .replayArchive(adopts);
  }

  private Run archived(DatabaseIdentity database) {
    Run running = Runs.running();
    Run ended = ended(running, exited(3));
    journal.begin(running, database);
    journal.end(ended);
    journal.settle(running.id());
    return ended;
  }

  @Test
  void a_run_that_the_restored_database_does_not_have_is_recorded_as_it_ended() {
    Run kept = archived(identity);
    repository.save(kept);
    Run missing = archived(identity);

    assertThat(replay(false).findings())
        .extracting("name", "action", "message")
        .containsExactly(
            tuple(missing.id().toString(), Action.RECORDED, "Failed with exit code 3"));
    assertThat(repository.find(missing.id())).contains(missing);
    assertThat(replay(false).findings()).isEmpty();
  }

  @Test
  void a_run_that_the_backup_has_as_running_is_recorded_as_it_ended() {
    Run ended = archived(identity);
    Run running = journal.begun(ended.id()).orElseThrow();
    repository.save(running);

    assertThat(replay(false).count(Action.RECORDED)).isEqualTo(1);
    assertThat(repository.find(ended.id())).contains(ended);
  }

  @Test
  void a_finished_record_stays_as_it_is() {
    Run archived = archived(identity);
    Run other = ended(journal.begun(archived.id()).orElseThrow(), exited(0));
    repository.save(other);

    assertThat(replay(true).findings()).isEmpty();
    assertThat(repository.find(archived.id())).contains(other);
  }

  @Test
  void a_database_created_anew_at_the_same_address_gets_the_runs_of_the_old_one() {
    Run ended = archived(identity);
    identity = database(HERE);

    assertThat(replay(false).count(Action.RECORDED)).isEqualTo(1);
    assertThat(repository.find(ended.id())).contains(ended);
  }

  @Test
  void runs_of_a_database_elsewhere_are_left_alone_unless_they_are_adopted() {
    Run ended = archived(database("jdbc:postgresql://other:5432/runs"));
    Run unknown = archived(DatabaseIdentity.UNKNOWN);

    assertThat(replay(false).findings())
        .extracting("name", "action", "message")
        .containsExactlyInAnyOrder(
            tuple(
                ended.id().toString(),
                Action.LEFT_ALONE,
                "Recorded in jdbc:postgresql://other:5432/runs; use --adopt to record it here too"),
            tuple(unknown.id().toString(), Action.RECORDED, "Failed with exit code 3"));
    assertThat(repository.find(ended.id())).isEmpty();

    assertThat(replay(true).count(Action.RECORDED)).isEqualTo(1);
    assertThat(repository.find(ended.id())).contains(ended);
  }

  @Test
  void while_the_database_is_away_only_one_run_is_tried() {
    RunId first = archived(identity).id();
    archived(identity);
    archived(identity);
    away = true;

    Reconciliation found = replay(false);

    assertThat(found.isIncomplete()).isTrue();
    assertThat(found.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.name()).isEqualTo(journal.archived().get(0).toString());
              assertThat(finding.message()).isEqualTo("Cannot be recorded again: no database");
            });
    assertThat(journal.archived()).contains(first);
    assertThat(calls).as("one query, one ping").isEqualTo(2);
  }
}
