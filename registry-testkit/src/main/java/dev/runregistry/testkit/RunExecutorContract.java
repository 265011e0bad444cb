package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.output.OutputBatch;
import dev.runregistry.run.output.OutputLine;
import dev.runregistry.run.output.OutputPosition;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of {@link RunExecutor}, {@link ExecutionHandle} and {@link Inspection}, whose
 * Javadoc states its rules; each test is one, and is named after it. Message texts are free, except
 * where they are output. Subclasses provide the runs of theirs, in three situations: just begun,
 * left running by a registry that was killed, and ended without one. JUnit 5.12 or newer executes
 * it.
 */
@Timeout(600)
public abstract class RunExecutorContract {
  private static final int LONG_OUTPUT = OutputExcerpt.LIMIT_BYTES + 1;
  private static final CancelRequest BY_ANN = new CancelRequest("ann", Runs.NOON);
  private static final CancelRequest BY_BOB = new CancelRequest("bob", Runs.NOON);
  private static final RunOutcome CANCELLED_BY_ANN = new Cancelled("ann", Output.NONE, "");

  /** For subclasses. */
  protected RunExecutorContract() {}

  /** The executor; always the same during one test. */
  protected abstract RunExecutor executor();

  /** A run that has begun, will print both texts and end with the code. */
  protected abstract Run thatPrintsAndExits(String stdout, String stderr, int code);

  /** A run that has begun and will print the text and go on for ever; no limit if null. */
  protected abstract Run thatNeverEnds(String stdout, @Nullable Duration limit);

  /** A run that has begun, of a program that does not exist. */
  protected abstract Run ofNoSuchProgram();

  /** The directory of a run that has begun. */
  protected abstract Path workspace(Run running);

  /** A run that has begun, whose registry died before it started anything. */
  protected abstract Run thatNeverStarted();

  /** A run that goes on, whose registry was killed after it had printed the text. */
  protected abstract Run thatOutlivesItsRegistry(String stdout, @Nullable Duration limit);

  /** A run that printed the text and ended with the code after its registry was killed. */
  protected abstract Run thatEndedAfterItsRegistry(String stdout, int code);

  /** A run that was killed with its registry after it had printed the text, and all with it. */
  protected abstract Run thatWasKilledWithItsRegistry(String stdout);

  /**
   * Returns whether a run whose termination is requested at once has started before. The runs of an
   * engine with a queue of its own may not have: then they end as not started, without a code.
   */
  protected boolean startsAtOnce() {
    return true;
  }

  private void assertTerminated(RunOutcome outcome) {
    if (startsAtOnce() || outcome.reason() != RunReason.NOT_STARTED) {
      assertThat(outcome.exitCode()).isNotNull();
    }
  }

  private RunOutcome execute(Run running) {
    return start(running).await().outcome();
  }

  private ExecutionHandle start(Run running) {
    return executor().start(running, Invocation.of(running.spec().command()), workspace(running));
  }

  private Inspection inspect(Run running) {
    return executor().inspect(running, workspace(running));
  }

  @Test
  void a_started_run_is_terminated_by_its_handle_and_no_thread_has_to_wait_for_it() {
    ExecutionHandle endless = start(thatNeverEnds("", null));
    ExecutionHandle other = start(thatPrintsAndExits("", "", 3));
    assertThat(other.result().join().outcome().exitCode()).isEqualTo(3);
    assertThat(endless.result()).isNotDone();

    endless.terminate();

    assertTerminated(endless.result().join().outcome());
    endless.terminate();
  }

  @Test
  void a_cancelled_run_is_terminated_and_names_the_first_who_requested_it() {
    ExecutionHandle endless = start(thatNeverEnds("", Duration.ofHours(1)));

    endless.cancel(BY_ANN);
    endless.cancel(BY_BOB);

    assertThat(endless.result().join().outcome()).isEqualTo(CANCELLED_BY_ANN);
    endless.cancel(BY_BOB);
    endless.terminate();
    assertThat(endless.result().join().outcome()).isEqualTo(CANCELLED_BY_ANN);
  }

  @Test
  void a_run_that_has_ended_cannot_be_cancelled() {
    ExecutionHandle ended = start(thatPrintsAndExits("", "", 3));
    assertThat(ended.result().join().outcome().exitCode()).isEqualTo(3);

    ended.cancel(BY_ANN);

    assertThat(ended.result().join().outcome().exitCode()).isEqualTo(3);
  }

  @Test
  void a_run_whose_registry_died_is_cancelled_without_it() {
    Run running = thatOutlivesItsRegistry("", null);

    Inspection found = executor().cancel(running, workspace(running), BY_ANN);

    assertThat(found)
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            exited -> assertThat(exited.outcome()).isEqualTo(CANCELLED_BY_ANN));
    assertThat(inspect(running)).isEqualTo(found);
    assertThat(executor().isAlive(running.id(), workspace(running))).isFalse();
    assertThat(executor().cancel(running, workspace(running), BY_BOB)).isEqualTo(found);
  }

  @Test
  void a_run_that_ended_after_its_registry_is_not_cancelled_any_more() {
    Run running = thatEndedAfterItsRegistry("up\n", 7);

    Inspection found = executor().cancel(running, workspace(running), BY_ANN);

    assertThat(found)
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            exited -> assertThat(exited.outcome().exitCode()).isEqualTo(7));
    assertThat(inspect(running)).isEqualTo(found);
  }

  @Test
  void a_run_that_was_never_started_is_lost() {
    Run running = thatNeverStarted();

    assertThat(inspect(running))
        .isInstanceOfSatisfying(
            Inspection.Lost.class,
            lost -> {
              assertThat(lost.output()).isEqualTo(Output.NONE);
              assertThat(lost.reason()).isNotBlank();
            });
    assertThat(inspect(running)).isEqualTo(inspect(running));
    assertThat(executor().isAlive(running.id(), workspace(running))).isFalse();
  }

  @Test
  void a_run_whose_registry_died_and_that_goes_on_is_running_until_it_is_terminated() {
    Run running = thatOutlivesItsRegistry("up\n", Duration.ofHours(1));
    assertThat(inspect(running)).isInstanceOf(Inspection.Running.class);
    assertThat(executor().isAlive(running.id(), workspace(running))).isTrue();

    executor().terminate(running, workspace(running), TerminationReason.TIME_LIMIT);

    assertThat(inspect(running))
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            exited -> assertThat(exited.outcome()).isInstanceOf(TimedOut.class));
    assertThat(executor().isAlive(running.id(), workspace(running))).isFalse();
  }

  @Test
  void a_run_that_ended_after_its_registry_has_exited_with_its_code() {
    Run running = thatEndedAfterItsRegistry("up\n", 7);

    assertThat(inspect(running))
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            exited ->
                assertThat(exited.outcome()).isEqualTo(new Exited(7, Runs.output("up\n", ""))));
    assertThat(inspect(running)).isEqualTo(inspect(running));
  }

  @Test
  void a_run_of_which_nothing_tells_how_it_ended_is_lost_and_its_output_is_kept() {
    Run running = thatWasKilledWithItsRegistry("up\n");

    assertThat(inspect(running))
        .isInstanceOfSatisfying(
            Inspection.Lost.class,
            lost -> assertThat(lost.output()).isEqualTo(Runs.output("up\n", "")));
  }

  /** The runs of others start before their handle is returned. */
  @Test
  void an_executor_with_a_queue_reports_the_start_of_a_run_before_its_end() {
    ExecutionHandle handle = start(thatPrintsAndExits("", "", 0));

    handle.await();

    assertThat(handle.started().isDone()).isEqualTo(executor().hasQueue());
    if (executor().hasQueue()) {
      assertThat(handle.started().join().externalId()).isPresent();
    }
  }

  @Test
  void an_executor_with_a_queue_reports_the_start_of_a_run_whose_registry_died() {
    Run running = thatOutlivesItsRegistry("up\n", null);

    Inspection found = inspect(running);
    Inspection terminated = executor().cancel(running, workspace(running), BY_ANN);

    assertThat(found)
        .isInstanceOfSatisfying(
            Inspection.Running.class,
            alive -> assertThat(alive.start().isPresent()).isEqualTo(executor().hasQueue()));
    assertThat(terminated)
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            exited -> assertThat(exited.start().isPresent()).isEqualTo(executor().hasQueue()));
  }

  @Test
  void its_name_fits_into_a_record() {
    assertThat(executor().name()).hasSizeBetween(1, 64).isEqualTo(executor().name());
  }

  @Test
  void the_exit_code_and_both_streams_are_kept() {
    for (int code : List.of(0, 1, 127, 255)) {
      RunOutcome outcome = execute(thatPrintsAndExits("out ä\n", "err\n", code));

      assertThat(outcome).isEqualTo(new Exited(code, Runs.output("out ä\n", "err\n")));
    }
  }

  @Test
  void long_output_is_kept_as_far_as_the_record_goes() {
    String text = "x".repeat(LONG_OUTPUT);

    RunOutcome outcome = execute(thatPrintsAndExits(text, "", 0));

    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(outcome.output().stdout()).isEqualTo(OutputExcerpt.of(bytes, bytes.length));
  }

  @Test
  void the_output_is_read_line_by_line_and_again_from_any_line() throws IOException {
    Run running = thatPrintsAndExits("one\ntwo\nlast", "bad\n", 0);
    execute(running);

    try (OutputReader output = executor().output(workspace(running)).orElseThrow()) {
      List<OutputLine> lines = lines(output, OutputPosition.START);
      assertThat(lines.stream().filter(line -> line.stream() == LogStream.STDOUT))
          .extracting(OutputLine::text)
          .containsExactly("one\n", "two\n", "last");
      assertThat(lines.stream().filter(line -> line.stream() == LogStream.STDERR))
          .extracting(OutputLine::text)
          .containsExactly("bad\n");
      for (int i = 0; i < lines.size(); i++) {
        OutputPosition after = OutputPosition.of(lines.get(i).stdout(), lines.get(i).stderr());
        assertThat(lines(output, after)).isEqualTo(lines.subList(i + 1, lines.size()));
      }
    }
    assertThat(executor().output(workspace(thatNeverStarted()))).isEmpty();
  }

  private static List<OutputLine> lines(OutputReader output, OutputPosition from)
      throws IOException {
    List<OutputLine> lines = new ArrayList<>();
    OutputBatch batch = OutputBatch.none(from);
    do {
      batch = output.read(batch.next(), true);
      lines.addAll(batch.lines());
    } while (!batch.complete());
    return lines;
  }

  @Test
  void a_program_that_does_not_exist_is_an_outcome() {
    RunOutcome outcome = execute(ofNoSuchProgram());

    assertThat(outcome)
        .isInstanceOfSatisfying(
            NotStarted.class,
            none -> assertThat(none.cause()).isEqualTo(NotStarted.Cause.NOT_FOUND));
    assertThat(outcome.output().stderr().text()).contains(outcome.message());
  }

  @Test
  void a_run_over_its_time_limit_is_ended_and_what_it_printed_is_kept() {
    Duration limit = Duration.ofSeconds(5); // it has to print before that

    RunOutcome outcome = execute(thatNeverEnds("before\n", limit));

    assertThat(outcome).isEqualTo(new TimedOut(limit, Runs.output("before\n", ""), ""));
  }

  @Test
  void an_interrupt_ends_the_run_and_stays_visible() throws InterruptedException {
    Run running = thatNeverEnds("", null);
    CompletableFuture<RunOutcome> outcome = new CompletableFuture<>();
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              outcome.complete(execute(running));
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    caller.start();

    caller.interrupt();
    caller.join();

    assertThat(outcome).isCompleted();
    assertTerminated(outcome.join());
    assertThat(stillInterrupted).isTrue();
  }

  @Test
  void runs_at_the_same_time_do_not_wait_for_each_other() throws InterruptedException {
    Run running = thatNeverEnds("", null);
    CompletableFuture<RunOutcome> endless = new CompletableFuture<>();
    Thread caller = new Thread(() -> endless.complete(execute(running)));
    caller.start();

    RunOutcome other = execute(thatPrintsAndExits("", "", 0));

    assertThat(endless).isNotDone();
    assertThat(other.exitCode()).isZero();
    caller.interrupt();
    caller.join();
    assertThat(endless).isCompleted();
  }

  @Test
  void each_of_many_runs_at_once_has_its_own_ending() {
    List<Integer> codes = IntStream.range(0, 8).boxed().toList();

    List<Integer> found =
        codes.stream()
            .map(code -> thatPrintsAndExits("", "", code))
            .map(run -> CompletableFuture.supplyAsync(() -> execute(run)))
            .toList()
            .stream()
            .map(outcome -> outcome.join().exitCode())
            .toList();

    assertThat(found).isEqualTo(codes);
  }

  @Test
  void the_run_can_end_as_its_outcome_says() {
    List.of(
            thatPrintsAndExits("", "", 0),
            thatPrintsAndExits("", "", 9),
            thatNeverEnds("", Duration.ofMillis(200)),
            ofNoSuchProgram())
        .forEach(
            run -> {
              ExecutionHandle handle = start(run);
              RunOutcome outcome = handle.await().outcome();
              Run begun =
                  handle.started().isDone()
                      ? run.start(executor().name(), handle.started().join().at())
                      : run;
              Run ended = begun.finish(outcome, begun.startedAt().plusSeconds(1));
              assertThat(ended.status().isFinal()).isTrue();
            });
  }
}
