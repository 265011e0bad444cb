package dev.runregistry.cli;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.port.RunExecutor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Adds to the status of a trainer that is not available how to name another one. */
final class TrainerHintingExecutor implements RunExecutor {
  private static final String HINT = "; set REGISTRY_COMMAND or --command to your trainer";

  private final RunExecutor executor;

  TrainerHintingExecutor(RunExecutor executor) {
    this.executor = executor;
  }

  @Override
  public String name() {
    return executor.name();
  }

  @Override
  public RunOutcome execute(Run running, Invocation invocation) {
    return executor.execute(running, invocation);
  }

  @Override
  public Optional<Instant> endedAt(Run ended) {
    return executor.endedAt(ended);
  }

  @Override
  public Optional<RunOutcome> cancelled() {
    return executor.cancelled();
  }

  @Override
  public RuntimeStatus runtime(List<String> command) {
    RuntimeStatus status = executor.runtime(command);
    return status.available() ? status : new RuntimeStatus(false, null, status.message() + HINT);
  }
}
