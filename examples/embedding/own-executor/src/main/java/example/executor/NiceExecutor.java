package example.executor;

import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.port.RunExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Executes commands by another program that starts them, here {@code nice}; it could be {@code
 * numactl} or {@code systemd-run --scope}. Child processes of this host do the rest: they are
 * started, inspected after a crash and terminated by {@link LocalRunExecutor}.
 */
public final class NiceExecutor implements RunExecutor {
  private final LocalRunExecutor processes;

  /**
   * Creates an executor.
   *
   * @param killGrace the time between TERM and KILL, not negative
   */
  public NiceExecutor(Duration killGrace) {
    processes = LocalRunExecutor.builder().killGrace(killGrace).build();
  }

  @Override
  public String name() {
    return "nice"; // on record: it never changes
  }

  @Override
  public ExecutionHandle start(Run run, Invocation invocation, Path workspace) {
    return processes.start(run, nice(invocation), workspace);
  }

  /** A program that does not exist is started as it is, since that is the outcome to be recorded. */
  private Invocation nice(Invocation invocation) {
    if (invocation.command().isEmpty() || !probe(invocation.command()).available()) {
      return invocation;
    }
    List<String> command = new ArrayList<>(List.of("nice", "-n", "10", "--"));
    command.addAll(invocation.command());
    return invocation.withCommand(command);
  }

  @Override
  public Inspection inspect(Run run, Path workspace) {
    return processes.inspect(run, workspace);
  }

  @Override
  public boolean isAlive(RunId id, Path workspace) {
    return processes.isAlive(id, workspace);
  }

  @Override
  public void terminate(Run run, Path workspace, TerminationReason reason) {
    processes.terminate(run, workspace, reason);
  }

  @Override
  public Inspection cancel(Run run, Path workspace, CancelRequest request) {
    return processes.cancel(run, workspace, request);
  }

  @Override
  public RuntimeStatus probe(List<String> command) {
    return processes.probe(command);
  }

  @Override
  public Optional<Path> log(Path workspace, LogStream stream) {
    return processes.log(workspace, stream);
  }

  @Override
  public long maxLogBytes(Path workspace) {
    return processes.maxLogBytes(workspace);
  }

  @Override
  public Optional<OutputReader> output(Path workspace) throws IOException {
    return processes.output(workspace);
  }

  @Override
  public Optional<RunOutcome> cancelled() {
    return processes.cancelled();
  }
}
