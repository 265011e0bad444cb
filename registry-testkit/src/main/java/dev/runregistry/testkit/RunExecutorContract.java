package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.CapturedText;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.port.RunExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link RunExecutor} promises. Subclass it and say what your runs look like. */
@Timeout(600)
public abstract class RunExecutorContract {
  private static final int LONG_OUTPUT = CapturedText.LIMIT_BYTES + 1;

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

  @Test
  void its_name_fits_into_a_record() {
    assertThat(executor().name()).hasSizeBetween(1, 64).isEqualTo(executor().name());
  }

  @Test
  void the_exit_code_and_both_streams_are_kept() {
    for (int code : List.of(0, 1, 127, 255)) {
      RunOutcome outcome = executor().execute(thatPrintsAndExits("out ä\n", "err\n", code));

      assertThat(outcome).isEqualTo(new Exited(code, Runs.output("out ä\n", "err\n")));
    }
  }

  @Test
  void long_output_is_kept_as_far_as_the_record_goes() {
    String text = "x".repeat(LONG_OUTPUT);

    RunOutcome outcome = executor().execute(thatPrintsAndExits(text, "", 0));

    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(outcome.output().stdout()).isEqualTo(CapturedText.of(bytes, bytes.length));
  }

  @Test
  void a_program_that_does_not_exist_is_an_outcome() {
    RunOutcome outcome = executor().execute(ofNoSuchProgram());

    assertThat(outcome)
        .isInstanceOfSatisfying(
            NotStarted.class, none -> assertThat(none.why()).isEqualTo(NotStarted.Why.NOT_FOUND));
    assertThat(outcome.output().stderr().text()).contains(outcome.message());
  }

  @Test
  void a_run_over_its_time_limit_is_ended_and_what_it_printed_is_kept() {
    Duration limit = Duration.ofSeconds(5); // it has to print before that

    RunOutcome outcome = executor().execute(thatNeverEnds("before\n", limit));

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
              outcome.complete(executor().execute(running));
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    caller.start();

    caller.interrupt();
    caller.join();

    assertThat(outcome).isCompletedWithValueMatching(ending -> ending.exitCode() != null);
    assertThat(stillInterrupted).isTrue();
  }

  @Test
  void runs_at_the_same_time_do_not_wait_for_each_other() throws InterruptedException {
    Run running = thatNeverEnds("", null);
    CompletableFuture<RunOutcome> endless = new CompletableFuture<>();
    Thread caller = new Thread(() -> endless.complete(executor().execute(running)));
    caller.start();

    RunOutcome other = executor().execute(thatPrintsAndExits("", "", 0));

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
            .map(run -> CompletableFuture.supplyAsync(() -> executor().execute(run)))
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
              Run ended = run.finish(executor().execute(run), run.startedAt().plusSeconds(1));
              assertThat(ended.status().isFinal()).isTrue();
            });
  }
}
