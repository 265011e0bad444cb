package dev.runregistry.cli;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.port.RunExecutor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Remembers how a run ended: its record does not tell apart why one was not started. */
final class RememberedOutcome implements RunExecutor {
  private final RunExecutor executor;
  private volatile @Nullable RunOutcome outcome;

  RememberedOutcome(RunExecutor executor) {
    this.executor = executor;
  }

  @Override
  public String name() {
    return executor.name();
  }

  @Override
  public RunOutcome execute(Run running, Invocation invocation) {
    RunOutcome ended = executor.execute(running, invocation);
    outcome = ended;
    return ended;
  }

  @Override
  public Optional<Instant> endedAt(Run ended) {
    return executor.endedAt(ended);
  }

  @Override
  public Optional<RunOutcome> cancelled() {
    Optional<RunOutcome> ended = executor.cancelled();
    outcome = ended.orElse(null);
    return ended;
  }

  @Override
  public RuntimeStatus runtime(List<String> command) {
    return executor.runtime(command);
  }

  /** The last outcome; empty when nothing came that far. */
  Optional<RunOutcome> outcome() {
    return Optional.ofNullable(outcome);
  }
}
