package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunStatus;
import dev.runregistry.testkit.Runs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code registry cancel} and {@code registry wait}, as a user types them. */
@Timeout(300)
class CancelAndWaitTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String UNREACHABLE = "jdbc:postgresql://127.0.0.1:1/none?user=u";

  @TempDir private Path folder;
  private FileRunJournal home;
  private Session session;

  @BeforeEach
  void open() {
    home = FileRunJournal.at(folder);
    session = new Session(folder);
  }

  private CompletableFuture<Result> started(String script) {
    Session other = new Session(folder);
    CompletableFuture<Result> run =
        CompletableFuture.supplyAsync(() -> other.registry("run", "--", "sh", "-c", script));
    await().atMost(PATIENCE).until(() -> !home.active().isEmpty());
    return run;
  }

  private Run ended(RunOutcome outcome) {
    Run running = Runs.running();
    home.begin(running);
    Run ended = Runs.ended(running, outcome);
    home.end(ended);
    home.unlock(running.id());
    return ended;
  }

  /** The record, also where the database was too slow for the commands before. */
  private Run onRecord(RunId id) {
    assertThat(session.registry("reconcile").code()).isZero();
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(home.databaseFile()))) {
      return database.runs().find(id).orElseThrow();
    }
  }

  @Test
  void a_run_in_another_terminal_is_cancelled_and_says_so() {
    CompletableFuture<Result> run = started("sleep 1000");
    RunId id = home.active().get(0);

    Result cancelled = session.registry("cancel", id.toString());

    assertThat(cancelled).isEqualTo(new Result(0, "run " + id + ": cancellation requested\n", ""));
    assertThat(run.join().code()).isEqualTo(143);
    assertThat(run.join().err()).contains("run " + id + ": Cancelled by ");
    assertThat(onRecord(id).status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(session.registry("stop", id.toString()))
        .isEqualTo(new Result(0, "run " + id + ": already cancelled\n", ""));
    assertThat(session.registry("wait", id.toString()).code()).isEqualTo(143);
  }

  @Test
  void each_run_that_cannot_be_cancelled_is_named_and_the_others_are() {
    Run ended = ended(Runs.exited(3));
    CompletableFuture<Result> run = started("sleep 1000");
    RunId id =
        home.active().stream().filter(other -> !other.equals(ended.id())).findFirst().orElseThrow();
    RunId none = Runs.id();

    Result result =
        session.registry("cancel", ended.id().toString(), none.toString(), id.toString());

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("run " + id + ": cancellation requested\n");
    assertThat(result.err())
        .isEqualTo(
            "registry: run %s has already finished: failed%nregistry: no run %s%n"
                .formatted(ended.id(), none));
    assertThat(run.join().code()).isEqualTo(143);
  }

  @Test
  void cancel_and_wait_need_a_run() {
    assertThat(session.registry("cancel").code()).isEqualTo(2);
    assertThat(session.registry("wait").code()).isEqualTo(125);
    assertThat(session.registry("cancel", "x").code()).isEqualTo(2);
    assertThat(session.registry("wait", Runs.id().toString()))
        .satisfies(result -> assertThat(result.code()).isEqualTo(125))
        .satisfies(result -> assertThat(result.err()).startsWith("registry: no run "));
    assertThat(session.registry("wait", "--timeout", "soon", Runs.id().toString()).err())
        .startsWith("registry: --timeout: ");
  }

  @Test
  void wait_exits_with_the_code_of_the_run_when_it_ends() throws Exception {
    Path go = folder.resolve("go");
    CompletableFuture<Result> run =
        started("until [ -e '" + go + "' ]; do sleep 0.1; done; exit 7");
    String id = home.active().get(0).toString();
    CompletableFuture<Result> waiting =
        CompletableFuture.supplyAsync(() -> new Session(folder).registry("wait", id));
    assertThat(session.registry("wait", "--timeout", "10ms", id))
        .isEqualTo(new Result(124, "", ""));

    Files.createFile(go);

    assertThat(waiting.join()).isEqualTo(new Result(7, "", ""));
    assertThat(run.join().code()).isEqualTo(7);
  }

  @Test
  void of_several_runs_the_first_other_code_counts_also_without_the_database() {
    Session away = new Session(folder).with("REGISTRY_DB", UNREACHABLE);
    String done = ended(Runs.exited(0)).id().toString();
    String failed = ended(Runs.exited(3)).id().toString();
    String timeout = ended(Runs.timedOut()).id().toString();
    String cancelled = ended(new Cancelled("ann", Runs.exited(0).output(), "")).id().toString();

    assertThat(away.registry("wait", done).code()).isZero();
    assertThat(away.registry("wait", done, failed, timeout).code()).isEqualTo(3);
    assertThat(away.registry("wait", timeout, failed).code()).isEqualTo(124);
    assertThat(away.registry("wait", "--any", cancelled, done).code()).isEqualTo(143);
    assertThat(away.registry("cancel", failed).err()).contains("has already finished: failed");
  }

  @Test
  void wait_records_a_run_whose_registry_died() {
    Run running = Runs.running();
    home.begin(running);
    home.unlock(running.id());

    assertThat(session.registry("wait", running.id().toString()).code()).isEqualTo(125);
    assertThat(onRecord(running.id()).message()).startsWith("Lost: ");
  }
}
