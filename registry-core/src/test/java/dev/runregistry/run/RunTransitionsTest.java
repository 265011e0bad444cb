package dev.runregistry.run;

import static dev.runregistry.run.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.DryRunFailed;
import dev.runregistry.run.RunOutcome.DryRunPassed;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random sequences of moves: the legal ones lead to legal runs, the others change nothing. */
class RunTransitionsTest {

  /** One attempt to move a run, at an instant that may well lie before the last one. */
  sealed interface Move {
    Run of(Run run);

    RunStatus target();

    record Start(Instant at) implements Move {
      @Override
      public Run of(Run run) {
        return run.start("process", at);
      }

      @Override
      public RunStatus target() {
        return RunStatus.RUNNING;
      }
    }

    record Finish(RunOutcome outcome, Instant at) implements Move {
      @Override
      public Run of(Run run) {
        return run.finish(outcome, at);
      }

      @Override
      public RunStatus target() {
        return outcome.status();
      }
    }
  }

  @Provide
  Arbitrary<Run> beginnings() {
    return Arbitraries.of(Samples.local(), Samples.dryRun())
        .map(request -> Run.pending(Samples.ID, request.toSpec(Samples.ID), NOON));
  }

  @Provide
  Arbitrary<List<Move>> moves() {
    Arbitrary<Instant> instants =
        Arbitraries.longs().between(-5_000_000_000L, 5_000_000_000L).map(NOON::plusNanos);
    Arbitrary<Output> outputs =
        Arbitraries.strings().ofMaxLength(50).map(OutputExcerpt::of).map(this::stdout);
    Arbitrary<RunOutcome> outcomes =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 255).flatMap(c -> outputs.map(o -> new Exited(c, o))),
            outputs.map(o -> new TimedOut(Duration.ofSeconds(1), o, "")),
            Arbitraries.of(NotStarted.Cause.class)
                .map(
                    why ->
                        why == NotStarted.Cause.SIGNALLED
                            ? NotStarted.signalled(15)
                            : new NotStarted(why, "no")),
            outputs.map(o -> new Lost("lost", o)),
            outputs.map(o -> new Cancelled("ann", o, "")),
            Arbitraries.strings().ofMaxLength(50).map(DryRunPassed::new),
            Arbitraries.strings().ofMaxLength(50).map(text -> new DryRunFailed("no", text)));
    Arbitrary<Move> starts = instants.map(Move.Start::new);
    Arbitrary<Move> ends = outcomes.flatMap(o -> instants.map(at -> new Move.Finish(o, at)));
    return Arbitraries.oneOf(starts, ends, ends).list().ofMaxSize(8);
  }

  private Output stdout(OutputExcerpt text) {
    return new Output(text, OutputExcerpt.EMPTY);
  }

  @Property(tries = 2000)
  void a_move_is_legal_or_leaves_the_run_as_it_was(
      @ForAll("beginnings") Run run, @ForAll("moves") List<Move> moves) {
    Run now = run;
    for (Move move : moves) {
      if (isLegal(now, move)) {
        Run next = move.of(now);
        assertThat(next.status()).isEqualTo(move.target());
        assertInvariants(run, next);
        now = next;
      } else {
        Run unmoved = now;
        assertThatThrownBy(() -> move.of(unmoved))
            .isInstanceOf(IllegalRunTransitionException.class);
      }
    }
  }

  @Property(tries = 1000)
  void at_most_one_ending_is_ever_accepted(
      @ForAll("beginnings") Run run, @ForAll("moves") List<Move> moves) {
    Run now = run;
    int endings = 0;
    for (Move move : moves) {
      try {
        now = move.of(now);
        endings += now.status().isFinal() ? 1 : 0;
      } catch (IllegalRunTransitionException e) {
        assertThat(e).hasMessageContaining(now.id().toString());
      }
    }
    assertThat(endings).isLessThanOrEqualTo(1);
  }

  /** The table of the design, said once more in other words than the code has. */
  private static boolean isLegal(Run run, Move move) {
    if (move instanceof Move.Finish finish) {
      boolean dryRunEnding =
          finish.outcome() instanceof DryRunPassed || finish.outcome() instanceof DryRunFailed;
      boolean anyMode = finish.outcome() instanceof Lost || finish.outcome() instanceof Cancelled;
      boolean modeFits = anyMode || dryRunEnding == (run.spec().mode() == RunMode.DRY_RUN);
      return switch (run.status()) {
        case PENDING ->
            modeFits
                && (anyMode
                    || finish.outcome() instanceof NotStarted
                    || finish.outcome() instanceof DryRunFailed);
        case RUNNING -> modeFits;
        case COMPLETED, FAILED, TIMEOUT, CANCELLED -> false;
      };
    }
    return run.status() == RunStatus.PENDING;
  }

  private static void assertInvariants(Run first, Run run) {
    boolean dryRun = run.spec().mode() == RunMode.DRY_RUN;
    assertThat(run.id()).isEqualTo(first.id());
    assertThat(run.spec()).isEqualTo(first.spec());
    assertThat(run.createdAt()).isEqualTo(first.createdAt());
    assertThat(run.startedAt()).isAfterOrEqualTo(run.createdAt());
    assertThat(run.duration().isPresent()).isEqualTo(run.completedAt() != null);
    assertThat(run.duration().orElse(Duration.ZERO)).isGreaterThanOrEqualTo(Duration.ZERO);
    if (dryRun
        || run.status() == RunStatus.TIMEOUT
        || run.status() == RunStatus.CANCELLED
        || run.completedAt() == null) {
      assertThat(run.exitCode()).isNull();
    }
    if (!run.status().isFinal()) {
      assertThat(run.completedAt()).isNull();
      assertThat(run.output()).isEqualTo(Output.NONE);
    }
    assertThat(run.executor() != null && dryRun).isFalse();
    assertThat(run.startedAt().getNano() % 1000).isZero();
  }
}
