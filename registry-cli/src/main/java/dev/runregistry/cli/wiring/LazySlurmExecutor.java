package dev.runregistry.cli.wiring;

import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SlurmSettings;
import dev.runregistry.executor.process.LogLimit;
import dev.runregistry.executor.process.RemoteSupervisor;
import dev.runregistry.executor.slurm.SlurmExecutor;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Slurm executor that the settings describe, created when a run of it is started or recovered:
 * its classes are not loaded before a command starts. A bad setting is reported then.
 */
final class LazySlurmExecutor implements RunExecutor {
  private final Settings settings;
  private final @Nullable Consumer<Run> onStart;
  private final @Nullable Runnable onContradiction;
  private @Nullable RunExecutor created; // guarded by this

  /** Creates it without listeners; not lambdas, which would delay the start of every command. */
  LazySlurmExecutor(Settings settings) {
    this.settings = settings;
    onStart = null;
    onContradiction = null;
  }

  /**
   * Creates it.
   *
   * @param onStart called with each run that is handed to Slurm
   * @param onContradiction called if Slurm and a supervisor report different endings
   */
  LazySlurmExecutor(Settings settings, Consumer<Run> onStart, Runnable onContradiction) {
    this.settings = settings;
    this.onStart = onStart;
    this.onContradiction = onContradiction;
  }

  private synchronized RunExecutor slurm() {
    if (created == null) {
      SlurmSettings slurm = new SlurmSettings(settings);
      SlurmExecutor.Builder builder =
          SlurmExecutor.builder(new RemoteSupervisor(settings.logLimit())).options(slurm.options());
      if (onStart != null && onContradiction != null) {
        builder.onStart(onStart).onContradiction(onContradiction);
      }
      slurm.pendingTimeout().ifPresent(builder::pendingTimeout);
      created = builder.build();
    }
    return created;
  }

  @Override
  public String name() {
    return "slurm";
  }

  @Override
  public boolean hasQueue() {
    return true;
  }

  @Override
  public boolean endsWithHost() {
    return false;
  }

  @Override
  public ExecutionHandle start(Run running, Invocation invocation, Path workspace) {
    return slurm().start(running, invocation, workspace);
  }

  @Override
  public Inspection inspect(Run running, Path workspace) {
    return slurm().inspect(running, workspace);
  }

  @Override
  public Map<RunId, Path> workspaces(Set<RunId> runs) {
    return slurm().workspaces(runs);
  }

  @Override
  public synchronized Optional<String> lastPendingReason(RunId id) {
    return Optional.ofNullable(created).flatMap(slurm -> slurm.lastPendingReason(id));
  }

  /** A setting that cannot be used does not concern the runs of other executors. */
  @Override
  public boolean isAlive(RunId id, Path workspace) {
    RemoteSupervisor supervisor = new RemoteSupervisor(LogLimit.DEFAULT);
    return SlurmExecutor.mayOwn(supervisor, id, workspace) && slurm().isAlive(id, workspace);
  }

  @Override
  public void terminate(Run running, Path workspace, TerminationReason reason) {
    slurm().terminate(running, workspace, reason);
  }

  @Override
  public Inspection cancel(Run running, Path workspace, CancelRequest request) {
    return slurm().cancel(running, workspace, request);
  }

  @Override
  public RuntimeStatus probe(List<String> command) {
    return slurm().probe(command);
  }

  /** The files are the same as those of a process, which finds them before. */
  @Override
  public Optional<Path> log(Path workspace, LogStream stream) {
    return Optional.empty();
  }

  @Override
  public Optional<OutputReader> output(Path workspace) throws IOException {
    return Optional.empty();
  }
}
