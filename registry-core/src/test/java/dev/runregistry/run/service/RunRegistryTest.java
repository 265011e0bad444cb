package dev.runregistry.run.service;

import static dev.runregistry.run.Samples.ID;
import static dev.runregistry.run.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetEntry;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.output.OutputBatch;
import dev.runregistry.run.output.OutputPosition;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.DatasetCatalog;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.UnreadableOutcomeException;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunHistogram;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunNotFoundException;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.service.chain.VerificationResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunRegistryTest {
  private static final RunRequest TRAINING =
      RunRequest.training(new DatasetKey("arithmetic"), "m", List.of("tunix", "{config}"));

  private static final String OVERFLOW = "java.lang.StackOverflowError";

  private final Ports ports = new Ports();
  private Executor startWriter = Runnable::run;

  private RunRegistry registry() {
    return ports(RunRegistry.builder()).build();
  }

  private RunRegistry.Builder ports(RunRegistry.Builder builder) {
    return builder
        .repository(ports)
        .journal(ports)
        .executor(ports)
        .catalog(ports)
        .ids(() -> ID)
        .clock(ports.clock::removeFirst)
        .startWriter(startWriter);
  }

  private Run checkedBy(Executor checker, RunRequest request) {
    return ports(RunRegistry.builder()).datasetChecker(checker).build().submit(request);
  }

  @Test
  void a_training_whose_check_is_cancelled_starts_nothing_and_is_on_record() {
    Run run = checkedBy(check -> ((Future<?>) check).cancel(true), TRAINING);

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.message()).contains("nothing was started");
    assertThat(ports.calls).doesNotContain("execute");
    assertThat(ports.saved).isEqualTo(run);
  }

  @Test
  void a_dry_run_whose_check_is_cancelled_has_failed() {
    Run run = checkedBy(check -> ((Future<?>) check).cancel(true), Samples.dryRun());

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.message()).contains("nothing was started");
  }

  @Test
  void a_check_that_does_not_end_is_over_at_the_time_limit() {
    Run run = checkedBy(check -> {}, TRAINING.withTimeLimit(Duration.ofMillis(1)));

    assertThat(run.status()).isEqualTo(RunStatus.TIMEOUT);
    assertThat(ports.calls).doesNotContain("execute");
  }

  @Test
  void an_interrupt_ends_the_check_and_stays() {
    Run run = checkedBy(check -> Thread.currentThread().interrupt(), TRAINING);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.message()).contains("nothing was started");
    assertThat(ports.calls).doesNotContain("execute");
  }

  @Test
  void a_registry_without_a_chain_cannot_verify_and_one_with_a_chain_can() {
    assertThatThrownBy(() -> registry().verify(null, found -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ports(RunRegistry.builder()).chain(reader -> {}).build().verify(null, found -> {}))
        .isEqualTo(new VerificationResult(ChainHead.EMPTY, 0, 0, 0, 0));
  }

  @Test
  void a_run_is_journalled_and_on_record_before_it_starts_and_again_when_it_ended() {
    Run run = registry().submit(Samples.local());

    assertThat(ports.calls)
        .containsExactly(
            "begin running",
            "save running",
            "execute",
            "end completed",
            "save completed",
            "archive",
            "unlock");
    assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(run.startedAt()).isEqualTo(NOON);
    assertThat(run.completedAt()).isEqualTo(NOON.plusSeconds(1));
    assertThat(ports.saved).isEqualTo(run);
  }

  @Test
  void a_run_is_completed_when_its_executor_saw_it_end_and_not_when_all_is_tidied_up() {
    ports.endedAt = Optional.of(NOON.plusMillis(200));

    assertThat(registry().submit(Samples.local()).completedAt()).isEqualTo(NOON.plusMillis(200));
  }

  @Test
  void a_run_is_never_completed_in_the_future() {
    ports.endedAt = Optional.of(Instant.parse("2099-01-01T00:00:00Z"));

    assertThat(registry().submit(Samples.local()).completedAt()).isEqualTo(NOON.plusSeconds(1));
  }

  @Test
  void a_failed_run_is_data_and_not_an_exception() {
    ports.outcome = new Exited(3, Output.NONE);

    assertThat(registry().submit(Samples.local()).exitCode()).isEqualTo(3);
  }

  @Test
  void a_dry_run_checks_in_three_steps_and_starts_nothing() {
    Run run = registry().submit(Samples.dryRun());

    assertThat(ports.calls)
        .containsExactly(
            "begin running",
            "save running",
            "find dataset",
            "configure",
            "sample 5",
            "end completed",
            "save completed",
            "archive",
            "unlock");
    assertThat(run.output().stderr().text()).isEmpty();
    assertThat(run.output().stdout().text())
        .isEqualTo(
            """
            Dataset: arithmetic (Arithmetic, version 1.0), 60 traces
            Manifest: well formed
            Configuration: can be written
            Records: the first 5 checked, well formed
            Model: google/gemma-2b-it
            Training: learning_rate=2e-5 weight_decay=0.01 num_epochs=3 batch_size=8 max_seq_length=2048 device=auto
            Output: ./output/tunix_run_019a1b2c-3d4e-7f00-8000-0123456789ab
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "find dataset, 'Step 1 of 3, the manifest, failed\narithmetic/x: broken\n', it is broken",
    "configure, 'Step 2 of 3, the training configuration, failed\n"
        + "config.yaml: the run directory cannot be written on this host\n',"
        + " The training configuration cannot be written",
    "sample 5, 'Step 3 of 3, the records, failed\narithmetic/x: broken\n', it is broken"
  })
  void the_first_step_that_fails_ends_a_dry_run(String step, String stderr, String message) {
    ports.failing.add(step);

    Run run = registry().submit(Samples.dryRun());

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.output().stdout().text()).isEmpty();
    assertThat(run.output().stderr().text()).isEqualTo(stderr);
    assertThat(run.message()).isEqualTo(message);
    assertThat(run.exitCode()).isNull();
    assertThat(run.completedAt()).isNotNull();
  }

  @Test
  void a_training_is_started_after_the_same_three_steps() {
    registry().submit(TRAINING);

    assertThat(ports.calls).containsSubsequence("find dataset", "configure", "sample 5", "execute");
  }

  @ParameterizedTest
  @ValueSource(strings = {"find dataset", "configure", "sample 5"})
  void a_training_on_a_bad_data_set_is_not_started(String step) {
    ports.failing.add(step);

    Run run = registry().submit(TRAINING);

    assertThat(ports.calls).doesNotContain("execute");
    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.exitCode()).isNull();
    assertThat(run.output().stderr().text()).contains(", failed\n");
  }

  @Test
  void a_plain_command_looks_for_no_data_set() {
    registry().submit(Samples.local());

    assertThat(ports.calls).doesNotContain("find dataset", "configure");
  }

  @ParameterizedTest
  @CsvSource({"save running", "save completed", "'save running,save completed'"})
  void a_database_failure_at_any_point_never_reaches_the_caller(String failing) {
    ports.failing.addAll(List.of(failing.split(",")));

    Run run = registry().submit(Samples.local());

    assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ports.calls).contains("execute", "end completed");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_driver_that_cannot_be_loaded_never_reaches_the_caller(boolean inBackground) {
    ports.broken = new UnsatisfiedLinkError("no sqlitejdbc in java.library.path");
    ports.failing.addAll(List.of("save running", "save completed"));
    ExecutorService background = Executors.newSingleThreadExecutor();
    startWriter = inBackground ? background : Runnable::run;

    assertThat(registry().submit(Samples.local()).status()).isEqualTo(RunStatus.COMPLETED);
    background.shutdown();
  }

  @Test
  void what_could_not_be_recorded_stays_in_the_journal() {
    ports.failing.add("save completed");

    registry().submit(Samples.local());

    assertThat(ports.calls).doesNotContain("archive");
  }

  @Test
  void a_start_that_could_not_be_recorded_does_not_keep_the_ending_from_being() {
    ports.failing.add("save running");

    Run run = registry().submit(Samples.local());

    assertThat(ports.saved).isEqualTo(run);
    assertThat(ports.calls).endsWith("save completed", "archive", "unlock");
  }

  @Test
  void nothing_starts_when_the_journal_cannot_be_written() {
    ports.failing.add("begin running");

    assertThatThrownBy(() -> registry().submit(Samples.local()))
        .isInstanceOf(JournalException.class);
    assertThat(ports.calls).containsExactly("begin running");
  }

  @Test
  void an_ending_that_cannot_be_noted_is_still_returned_and_recorded() {
    ports.failing.add("end completed");

    Run run = registry().submit(Samples.local());

    assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ports.saved).isEqualTo(run);
    assertThat(ports.calls).as("the folder waits, it has no ending").doesNotContain("archive");
  }

  @Test
  void a_run_that_cannot_be_settled_is_still_returned() {
    ports.failing.add("archive");

    assertThat(registry().submit(Samples.local()).status()).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void a_bad_request_leaves_no_trace() {
    assertThatThrownBy(() -> registry().submit(Samples.local().withOutputDir("")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(ports.calls).isEmpty();
  }

  @Test
  void a_defect_in_the_executor_makes_the_run_lost_and_not_running_for_ever() {
    ports.failing.add("execute");

    Run run = registry().submit(Samples.local());

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.completedAt()).isNull();
    assertThat(run.message())
        .isEqualTo("Lost: its executor failed (java.lang.IllegalStateException)");
    assertThat(ports.saved).isEqualTo(run);
  }

  @Test
  void a_run_whose_ending_cannot_be_read_is_not_given_another_one() {
    UnreadableOutcomeException unread =
        new UnreadableOutcomeException("no", new IOException("Too many open files"));
    ports.duringExecution =
        () -> {
          throw unread;
        };

    assertThatThrownBy(() -> registry().submit(Samples.local())).isSameAs(unread);

    assertThat(ports.saved.status()).isEqualTo(RunStatus.RUNNING);
    assertThat(ports.calls).endsWith("execute", "unlock").doesNotContain("end failed", "archive");
  }

  @Test
  void an_interrupted_run_is_on_record_though_its_database_gives_up_under_an_interrupt() {
    ports.outcome = new Exited(143, Output.NONE);
    ports.duringExecution = () -> Thread.currentThread().interrupt();
    ports.interruptible = true;

    Run run = registry().submit(Samples.local());

    assertThat(Thread.interrupted()).as("the caller still sees the interrupt").isTrue();
    assertThat(ports.saved).isEqualTo(run);
    assertThat(ports.calls).endsWith("save failed", "archive", "unlock");
  }

  @Test
  void an_error_in_the_executor_makes_the_run_lost_and_not_running_for_ever() {
    ports.broken = new StackOverflowError();
    ports.failing.add("execute");

    Run run = registry().submit(Samples.local());

    assertThat(run.message()).isEqualTo("Lost: its executor failed (" + OVERFLOW + ")");
    assertThat(ports.saved).isEqualTo(run);
    assertThat(ports.calls).contains("end failed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"save running", "save completed"})
  void an_error_in_the_database_driver_does_not_change_how_the_run_ended(String failing) {
    ports.broken = new StackOverflowError();
    ports.failing.add(failing);

    assertThat(registry().submit(Samples.local()).status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ports.calls).contains("end completed");
  }

  @Test
  void a_start_recorder_without_a_thread_to_be_had_loses_no_run() {
    startWriter =
        task -> {
          throw new InternalError("no thread is to be had");
        };

    assertThat(registry().submit(Samples.local()).status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ports.calls).contains("save running", "save completed");
  }

  @Test
  void with_a_start_recorder_the_run_starts_at_once_and_the_order_on_record_is_kept() {
    List<Runnable> later = new ArrayList<>();
    startWriter = later::add;
    ports.duringExecution = () -> later.forEach(Runnable::run);

    registry().submit(Samples.local());

    assertThat(ports.calls)
        .containsExactly(
            "begin running",
            "execute",
            "save running",
            "end completed",
            "save completed",
            "archive",
            "unlock");
  }

  @ParameterizedTest
  @CsvSource({
    "save running, 'save running,end completed,unlock'",
    "'save running,end completed', 'save running,end completed,save completed,unlock'",
    "none, 'save running,end completed,save completed,archive,unlock'"
  })
  void a_database_still_asked_in_vain_at_the_end_is_not_asked_again_if_the_journal_has_the_run(
      String failing, String after) {
    List<Runnable> later = new ArrayList<>();
    startWriter = later::add;
    ports.atTheEnd = () -> later.forEach(Runnable::run);
    ports.failing.addAll(List.of(failing.split(",")));

    registry().submit(Samples.local());

    assertThat(String.join(",", ports.calls)).isEqualTo("begin running,execute," + after);
  }

  @Test
  void a_start_recorder_that_drops_its_task_does_not_keep_submit_from_returning() {
    startWriter = task -> {};

    assertThat(registry().submit(Samples.local()).status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ports.calls)
        .containsExactly(
            "begin running", "execute", "end completed", "save completed", "archive", "unlock");
  }

  @Test
  void a_run_of_hours_whose_start_could_not_be_saved_is_on_record_once_the_database_is_back() {
    RunRegistry registry = registry();
    ports.failing.add("save running");
    ports.duringExecution =
        () -> {
          ports.active.add(ID);
          assertThat(registry.reconcile().findings())
              .extracting(ReconciledRun::action, ReconciledRun::message)
              .containsExactly(
                  tuple(
                      ReconciledRun.Action.DEFERRED, "Running; its start waits for the database"));
          ports.failing.clear();
          assertThat(registry.reconcile().isIncomplete()).isFalse();
          assertThat(ports.saved.status()).isEqualTo(RunStatus.RUNNING);
          ports.calls.clear();
          registry.reconcile();
          assertThat(ports.calls).as("once").isEmpty();
        };

    registry.submit(Samples.local());

    assertThat(ports.saved.status()).isEqualTo(RunStatus.COMPLETED);
  }

  @Test
  void a_start_that_cannot_be_saved_is_forgotten_when_the_run_has_ended() {
    ports.failing.add("save running");
    RunRegistry registry = registry();
    registry.submit(Samples.local());
    ports.failing.clear();
    ports.calls.clear();

    registry.reconcile();

    assertThat(ports.calls).isEmpty();
  }

  @Test
  void an_ending_is_not_saved_in_a_database_that_was_created_anew_meanwhile() {
    ports.identity = identity(1);
    ports.duringExecution = () -> ports.identity = identity(2);

    assertThat(registry().submit(Samples.local()).status()).isEqualTo(RunStatus.COMPLETED);

    assertThat(ports.bound).containsExactly(identity(1));
    assertThat(ports.calls)
        .containsExactly("begin running", "save running", "execute", "end completed", "unlock");
  }

  private static DatabaseIdentity identity(int id) {
    return new DatabaseIdentity("jdbc:sqlite:/registry.db", Optional.of(new UUID(7, id)));
  }

  @Test
  void a_start_recorder_that_was_shut_down_loses_no_run() {
    startWriter =
        task -> {
          throw new RejectedExecutionException("shut down");
        };

    assertThat(registry().submit(Samples.local()).status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ports.calls).contains("save running", "save completed");
  }

  @Test
  void runs_are_found_listed_and_shortened_as_the_repository_says() {
    ports.saved = Samples.runningLocal();
    RunRegistry registry = registry();

    assertThat(registry.find(ID)).contains(ports.saved);
    assertThat(registry.get(ID)).isEqualTo(ports.saved);
    assertThat(registry.list(RunQuery.all())).isEqualTo(ports.page);
    assertThat(registry.findIds(new RunIdPrefix("0"), 2)).containsExactly(ID);
    assertThat(registry.findIds(new RunIdSuffix("0"), 2)).containsExactly(ID);
    assertThat(registry.neighbours(List.of(ID))).containsExactly(ID);
  }

  @Test
  void runs_are_counted_by_day_as_far_as_a_window_goes() {
    RunSummary run = RunSummary.of(Samples.runningLocal());
    ports.page = new RunPage(Collections.nCopies(100, run), true); // and so on without an end

    RunHistogram histogram = registry().histogram(RunFilter.NONE, ZoneOffset.UTC);

    assertThat(histogram.days())
        .isEqualTo(Map.of(LocalDate.parse("2026-11-01"), Map.of(RunStatus.RUNNING, 10_000)));
    assertThat(histogram.isComplete()).isFalse();
    ports.page = new RunPage(List.of(run), false);
    assertThat(registry().histogram(RunFilter.NONE, ZoneOffset.UTC).isComplete()).isTrue();
  }

  @Test
  void an_unknown_run_is_named() {
    assertThatThrownBy(() -> registry().get(ID))
        .isInstanceOf(RunNotFoundException.class)
        .hasMessage("no run " + ID);
  }

  @Test
  void whether_a_program_is_there_is_what_the_executor_says() {
    assertThat(registry().runtime(List.of("tunix", "train")))
        .isEqualTo(new RuntimeStatus(true, "1.0", "tunix is there"));
    assertThatThrownBy(() -> registry().runtime(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void the_whole_output_is_where_the_executor_says_and_nowhere_without_a_workspace() {
    Path file = Path.of("stderr.log");
    ports.log = Optional.of(file);
    RunRegistry registry = registry();

    assertThat(registry.log(ID, LogStream.STDERR)).contains(file);
    assertThat(registry.logLimit(ID)).isEqualTo(7);
    ports.log = Optional.empty();
    assertThat(registry.log(ID, LogStream.STDERR)).isEmpty();
    ports.workspace = Optional.empty();
    assertThat(registry.log(ID, LogStream.STDERR)).isEmpty();
    assertThat(registry.logLimit(ID)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void the_lines_of_the_output_are_where_the_executor_has_them_and_nowhere_without_a_workspace()
      throws IOException {
    RunRegistry registry = registry();
    assertThat(registry.output(ID)).isEmpty();
    try (OutputReader reader = new NoLines()) {
      ports.output = Optional.of(reader);
      assertThat(registry.output(ID)).containsSame(reader);
      ports.workspace = Optional.empty();
      assertThat(registry.output(ID)).isEmpty();
    }
  }

  private static final class NoLines implements OutputReader {
    @Override
    public OutputBatch read(OutputPosition from, boolean ended) {
      return OutputBatch.none(from);
    }

    @Override
    public void close() {}
  }

  @Test
  void a_journaled_run_is_found_without_the_database_as_it_began_and_as_it_ended() {
    RunRegistry registry = registry();
    assertThat(registry.findJournaled(ID)).isEmpty();
    Run running = Samples.runningLocal();
    ports.entry = Optional.of(new JournalEntry.Begun(running));
    assertThat(registry.findJournaled(ID)).contains(running);
    Run ended = running.finish(new Exited(0, Output.NONE), NOON.plusSeconds(1));
    ports.entry = Optional.of(new JournalEntry.Ended(ended));
    assertThat(registry.findJournaled(ID)).contains(ended);
    ports.entry = Optional.of(new JournalEntry.Corrupt("no JSON"));
    assertThat(registry.findJournaled(ID)).isEmpty();
    ports.entry = Optional.empty();
    ports.archived = Optional.of(new ArchivedRun(ended, DatabaseIdentity.UNKNOWN));
    assertThat(registry.findJournaled(ID)).contains(ended);
  }

  @Test
  void a_registry_without_keys_says_so() {
    assertThat(registry().supportsIdempotency()).isFalse();
    assertThatThrownBy(() -> registry().submitOnce("k", "f", Samples.dryRun()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("without idempotency keys");
  }

  @Test
  void the_data_sets_are_those_of_the_catalog() {
    assertThat(registry().datasets("a", 7)).isSameAs(ports.datasets);
    assertThat(ports.calls).containsExactly("datasets after a 7");
  }

  @Test
  void a_registry_without_a_port_is_not_built() {
    assertThatNullPointerException()
        .isThrownBy(() -> RunRegistry.builder().build())
        .withMessage("repository");
  }

  /** All ports in one, writing down the order of the calls and failing where told. */
  private static final class Ports
      implements RunRepository, RunJournal, RunExecutor, DatasetCatalog {
    final Map<RunId, CancelRequest> requests = new ConcurrentHashMap<>();
    final List<String> calls = new ArrayList<>();
    final Set<String> failing = new HashSet<>();
    final Deque<Instant> clock = new ArrayDeque<>(List.of(NOON, NOON.plusSeconds(1)));
    RunPage page = new RunPage(List.of(), false);
    final DatasetPage datasets =
        new DatasetPage(List.of(new DatasetEntry(new DatasetKey("arithmetic"), 60L)), true);
    RunOutcome outcome = new Exited(0, Output.NONE);
    Runnable duringExecution = () -> {};
    Runnable atTheEnd = () -> {};
    Error broken;
    boolean interruptible;
    Optional<Instant> endedAt = Optional.empty();
    final List<RunId> active = new ArrayList<>();
    final List<DatabaseIdentity> bound = new ArrayList<>();
    DatabaseIdentity identity = DatabaseIdentity.UNKNOWN;
    Optional<Path> log = Optional.empty();
    Optional<OutputReader> output = Optional.empty();
    Optional<JournalEntry> entry = Optional.empty();
    Optional<ArchivedRun> archived = Optional.empty();
    Optional<Path> workspace = Optional.of(Path.of("workspace"));
    Run saved;

    private void call(String name, RuntimeException failure) {
      calls.add(name);
      if (failing.contains(name)) {
        if (broken != null) {
          throw broken;
        }
        throw failure;
      }
    }

    private static JournalException journalFailure() {
      return new JournalException("cannot write", new IOException("No space left on device"));
    }

    private static DatasetException datasetFailure() {
      return new DatasetException("it is broken", "arithmetic/x: broken");
    }

    @Override
    public DatabaseIdentity identity() {
      return identity;
    }

    @Override
    public void bind(RunId id, DatabaseIdentity database) {
      bound.add(database);
    }

    @Override
    public void save(Run run) {
      if (interruptible && Thread.currentThread().isInterrupted()) {
        throw new RepositoryException("interrupted", new InterruptedException());
      }
      call(
          "save " + run.status().text(),
          new RepositoryException("no database", new IOException("Connection refused")));
      saved = run;
    }

    @Override
    public Optional<Run> find(RunId id) {
      return Optional.ofNullable(saved);
    }

    @Override
    public RunPage list(RunQuery query) {
      return page;
    }

    @Override
    public List<RunId> findIds(RunIdPrefix prefix, int limit) {
      return List.of(ID);
    }

    @Override
    public void submit(Run pending, String executor, DatabaseIdentity database) {
      throw new UnsupportedOperationException("no engine has a queue here");
    }

    @Override
    public void start(Run running) {
      throw new UnsupportedOperationException("no engine has a queue here");
    }

    @Override
    public List<RunId> findIds(RunIdSuffix suffix, int limit) {
      return List.of(ID);
    }

    @Override
    public Set<RunId> neighbours(Collection<RunId> ids) {
      return Set.of(ID);
    }

    @Override
    public void begin(Run running, DatabaseIdentity database) {
      call("begin " + running.status().text(), journalFailure());
    }

    @Override
    public void withdraw(RunId id) {
      call("withdraw", journalFailure());
    }

    @Override
    public void discardStaged() {}

    @Override
    public void probe() {}

    @Override
    public int countAwaitingRepository(DatabaseIdentity database) {
      return 0;
    }

    @Override
    public DatabaseIdentity database(RunId id) {
      return identity;
    }

    @Override
    public List<RunId> archived() {
      return List.of();
    }

    @Override
    public Optional<ArchivedRun> archived(RunId id) {
      return archived;
    }

    @Override
    public Optional<Path> workspace(RunId id) {
      return workspace;
    }

    @Override
    public void writeTrainingConfig(RunSpec spec, Dataset dataset, Path workspace) {
      call("configure", new UncheckedIOException(new IOException("No space left on device")));
    }

    @Override
    public boolean requestCancel(RunId id, CancelRequest request) {
      requests.putIfAbsent(id, request);
      return true;
    }

    @Override
    public Optional<CancelRequest> cancelRequest(RunId id) {
      return Optional.ofNullable(requests.get(id));
    }

    @Override
    public void end(Run ended) {
      atTheEnd.run();
      call("end " + ended.status().text(), journalFailure());
    }

    @Override
    public void archive(RunId id) {
      call("archive", journalFailure());
    }

    @Override
    public List<RunId> active() {
      return active;
    }

    @Override
    public List<String> unrecognized() {
      return List.of();
    }

    @Override
    public boolean tryLock(RunId id) {
      return false; // as long as it goes on here
    }

    @Override
    public void unlock(RunId id) {
      call("unlock", journalFailure());
    }

    @Override
    public Optional<JournalEntry> read(RunId id) {
      return entry;
    }

    @Override
    public Inspection inspect(Run running, Path workspace) {
      throw new AssertionError("nothing is recovered here");
    }

    @Override
    public boolean isAlive(RunId id, Path workspace) {
      return false;
    }

    @Override
    public void terminate(Run running, Path workspace, TerminationReason reason) {
      throw new AssertionError("nothing is recovered here");
    }

    @Override
    public Optional<Path> log(Path workspace, LogStream stream) {
      return log;
    }

    @Override
    public Optional<OutputReader> output(Path workspace) {
      return output;
    }

    @Override
    public long maxLogBytes(Path workspace) {
      return 7;
    }

    @Override
    public String quarantine(String name) {
      return name;
    }

    @Override
    public String name() {
      return "process";
    }

    @Override
    public ExecutionHandle start(Run running, Invocation invocation, Path workspace) {
      call("execute", new IllegalStateException("a defect"));
      duringExecution.run();
      CompletableFuture<ExecutionResult> result =
          CompletableFuture.completedFuture(new ExecutionResult(outcome, endedAt));
      return new ExecutionHandle() {
        @Override
        public CompletableFuture<ExecutionResult> result() {
          return result;
        }

        @Override
        public void terminate() {}

        @Override
        public void cancel(CancelRequest request) {}
      };
    }

    @Override
    public Inspection cancel(Run running, Path workspace, CancelRequest request) {
      call("cancel", new IllegalStateException("a defect"));
      return inspect(running, workspace);
    }

    @Override
    public RuntimeStatus probe(List<String> command) {
      return new RuntimeStatus(true, "1.0", command.get(0) + " is there");
    }

    @Override
    public Dataset find(DatasetKey key) {
      call("find dataset", datasetFailure());
      return new Dataset(key, "Arithmetic", "1.0", 60, Path.of("dataset.jsonl").toAbsolutePath());
    }

    @Override
    public int validateRecords(Dataset dataset, int limit) {
      call("sample " + limit, datasetFailure());
      return limit;
    }

    @Override
    public DatasetPage list(String after, int limit) {
      call("datasets after " + after + " " + limit, datasetFailure());
      return datasets;
    }
  }
}
