package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.Wire.State;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.process.Signals;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What callers notice of a PostgreSQL that goes away, and of one that comes back. Beside each
 * other: most of the time they wait for a limit of two seconds.
 */
@Execution(ExecutionMode.CONCURRENT)
class OutageTest {
  /**
   * A call takes three seconds on a quiet host; without the limits that are set here it takes 30 s,
   * or has no end.
   */
  private static final Duration BOUND = Duration.ofSeconds(25);

  private static final String SECRET = "s3cret-passw0rd";

  @TempDir private Path folder;
  private Wire wire;
  private DatabaseConfig behind;
  private RunDatabase database;
  private RunRepository runs;

  @BeforeEach
  void open() throws Exception {
    behind = Engine.POSTGRES.migrated(folder);
    int port = Integer.parseInt(behind.url().replaceAll(".*:(\\d+)/.*", "$1"));
    wire = new Wire(port);
    database = RunDatabase.at(through(wire.port(), behind.url().replaceAll(".*/", "")));
    runs = database.runs();
  }

  private static DatabaseConfig through(int port, String name) {
    return new DatabaseConfig(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + name, "postgres", SECRET);
  }

  @AfterEach
  void close() throws IOException {
    database.close();
    wire.close();
  }

  private void everyCallFailsSoon() throws Exception {
    failSoon(
        List.of(
            () -> runs.save(Runs.running()),
            () -> runs.find(Runs.id()),
            () -> runs.list(RunQuery.all()),
            () -> runs.findIds(new RunIdPrefix("a"), 2),
            () -> runs.ping(),
            () -> database.ping()));
  }

  /** All at once: none may wait for another. */
  private static void failSoon(List<ThrowingCallable> calls) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(calls.size());
    try {
      List<Future<?>> results = new ArrayList<>();
      for (ThrowingCallable call : calls) {
        results.add(threads.submit(() -> failsSoon(call)));
      }
      for (Future<?> result : results) {
        result.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void failsSoon(ThrowingCallable call) {
    Instant start = Instant.now();
    Throwable thrown = catchThrowable(call);
    Duration took = Duration.between(start, Instant.now());

    assertThat(thrown).isInstanceOf(RepositoryException.class).hasCauseInstanceOf(Exception.class);
    assertThat(took).isLessThan(BOUND);
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      assertThat(t.toString()).doesNotContain(SECRET).doesNotContainIgnoringCase("insert into");
    }
  }

  private void works() {
    Run run = Runs.completed();
    runs.save(run);
    assertThat(runs.find(run.id())).contains(run);
    database.ping();
  }

  private void worksAgainSoon() {
    await()
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptionsInstanceOf(RepositoryException.class)
        .untilAsserted(this::works);
  }

  @ParameterizedTest
  @EnumSource(names = {"CUT", "SWALLOWS_ALL", "SWALLOWS_ANSWERS"})
  void a_database_that_is_away_from_the_start_costs_a_moment_and_may_come_later(State state)
      throws Exception {
    wire.becomes(state);
    everyCallFailsSoon();

    wire.becomes(State.WHOLE);
    wire.breaks(State.CUT);
    worksAgainSoon();
  }

  @ParameterizedTest
  @EnumSource(names = {"CUT", "SWALLOWS_ALL", "SWALLOWS_ANSWERS"})
  void a_database_that_goes_away_in_the_middle_costs_a_moment_and_may_come_back(State state)
      throws Exception {
    works();
    wire.becomes(state);
    everyCallFailsSoon();

    wire.becomes(State.WHOLE);
    wire.breaks(State.CUT);
    worksAgainSoon();
  }

  @Test
  void connections_that_broke_while_nobody_used_them_are_not_noticed() {
    works();
    wire.breaks(State.CUT);
    works();
  }

  @Test
  void a_save_whose_answer_was_lost_is_repeated_and_stored_once() {
    Run running = Runs.running();
    Run completed = Runs.ended(running, Runs.exited(0));
    for (Run state : List.of(running, completed)) {
      database.ping();
      wire.breaks(State.SWALLOWS_ANSWERS);

      runs.save(state);

      assertThat(runs.find(state.id())).contains(state);
    }
    assertThat(runs.list(RunQuery.all()).runs()).hasSize(1);
    isLinkedOnce();
  }

  private void isLinkedOnce() {
    Verified verified = Verified.of(behind);
    assertThat(verified.discrepancies()).isEmpty();
    assertThat(verified.head().count()).isEqualTo(1);
  }

  @Test
  void a_save_that_is_said_to_have_failed_may_have_taken_place_and_can_be_repeated() {
    Run completed = Runs.completed();
    database.ping();
    wire.becomes(State.SWALLOWS_ANSWERS);
    failsSoon(() -> runs.save(completed));

    wire.becomes(State.WHOLE);
    wire.breaks(State.CUT);
    await()
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptionsInstanceOf(RepositoryException.class)
        .untilAsserted(() -> runs.save(completed));
    assertThat(runs.find(completed.id())).contains(completed);
    isLinkedOnce();
  }

  @Test
  void many_callers_at_once_do_not_wait_for_each_other() throws Exception {
    works();
    wire.becomes(State.SWALLOWS_ALL);

    ThrowingCallable save = () -> runs.save(Runs.running());
    failSoon(Stream.generate(() -> save).limit(30).toList());
    ThrowingCallable end = () -> runs.save(Runs.completed());
    failSoon(Stream.generate(() -> end).limit(30).toList());
  }

  @Test
  void nobody_can_log_in_with_a_wrong_name_and_no_message_tells_the_password() {
    DatabaseConfig config =
        new DatabaseConfig("jdbc:postgresql://127.0.0.1:" + wire.port() + "/nowhere", "x", SECRET);
    try (RunDatabase nowhere = RunDatabase.at(config)) {
      failsSoon(nowhere::ping);
      failsSoon(() -> nowhere.runs().save(Runs.running()));
    }
  }

  @Test
  void a_server_that_is_stopped_paused_and_started_again_keeps_every_run() throws Exception {
    Path data = folder.resolve("data");
    EmbeddedPostgres server = start(data, 0);
    int port = server.getPort();
    List<Run> saved = new ArrayList<>();
    try (RunDatabase own = RunDatabase.at(through(port, "postgres"))) {
      saved.add(saveWhenPossible(own));

      Signals.stopTree(postmaster(data));
      failsSoon(() -> own.runs().save(Runs.running()));
      failsSoon(own::ping);
      Signals.continueTree(postmaster(data));
      saved.add(saveWhenPossible(own));

      server.close();
      failsSoon(() -> own.runs().save(Runs.running()));
      failsSoon(own::ping);
      server = start(data, port);
      saved.add(saveWhenPossible(own));
      for (Run run : saved) {
        assertThat(own.runs().find(run.id())).contains(run);
      }
    } finally {
      server.close();
    }
  }

  private static EmbeddedPostgres start(Path data, int port) throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setPort(port)
        .start();
  }

  private static Run saveWhenPossible(RunDatabase database) {
    Run run = Runs.completed();
    await()
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptionsInstanceOf(RepositoryException.class)
        .untilAsserted(() -> database.runs().save(run));
    return run;
  }

  private static ProcessHandle postmaster(Path data) throws IOException {
    long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
    return ProcessHandle.of(pid).orElseThrow();
  }
}
