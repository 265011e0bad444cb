package dev.runregistry.executor.process;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.runregistry.executor.process.internal.probe.VersionProbe;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.run.port.UnreadableOutcomeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Executes runs as processes of this host. A small Perl program supervises each: it copies their
 * output to files in the workspace and records the exit code, so that a run, its output and its
 * exit code outlive this process.
 *
 * <p>Every process of a run has the run's id in its environment as {@value #RUN_ID_VARIABLE}. When
 * the run ends, all processes that it started are terminated: all descendants, also those that lost
 * their parents (they become children of the supervisor), all that carry the variable, and, in a
 * session of its own, the whole session.
 *
 * <p>A script that does not begin with {@code #!} is run by {@code sh}, as POSIX requires. Signals
 * that this process ignores from its start on (for example INT under {@code nohup}) are ignored in
 * the run too.
 *
 * <p>Safe for use by many threads at once, one run each. Holds nothing open between runs.
 */
public final class LocalRunExecutor implements RunExecutor {
  /** The name of the environment variable with the run's id. */
  public static final String RUN_ID_VARIABLE = "RUN_REGISTRY_RUN_ID";

  /** The default time between TERM and KILL. */
  static final Duration KILL_GRACE = Duration.ofSeconds(10);

  private final Settings settings;
  private final RuntimeProbe runtimes;
  private final Set<Execution> executions = new LinkedHashSet<>(); // guarded by itself
  private final Set<Execution> draining = new LinkedHashSet<>(); // ended; guarded by executions
  private @Nullable OwnerIdentity owner; // of runs that this process starts; guarded by executions
  private final List<ProcessSignal> early = new ArrayList<>(); // guarded by executions

  private LocalRunExecutor(Settings settings) {
    this.settings = settings;
    this.runtimes =
        new RuntimeProbe(
            settings.programs(),
            new VersionProbe(settings.workingDirectory().toFile(), settings.environment()));
  }

  /** Returns a builder. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String name() {
    return "process";
  }

  /**
   * Starts the run as the contract requires.
   *
   * @throws IllegalArgumentException if it is a dry-run, or there is no program to start
   */
  @Override
  public ExecutionHandle start(Run running, Invocation invocation, Path workspace) {
    if (running.spec().mode() != RunMode.LOCAL || invocation.command().isEmpty()) {
      throw new IllegalArgumentException("run " + running.id() + " has nothing to start");
    }
    Execution execution =
        new Execution(
            running, invocation, settings.with(invocation.options()), workspace, this::ended);
    synchronized (executions) {
      executions.add(execution);
      early.forEach(execution::signal);
      early.clear();
    }
    execution.start();
    return execution;
  }

  private void ended(Execution execution) {
    synchronized (executions) {
      executions.remove(execution);
      draining.removeIf(Execution::isDrained);
      if (!execution.isDrained()) {
        draining.add(execution);
      }
    }
  }

  @Override
  public Inspection inspect(Run running, Path workspace) {
    try {
      return inspector(running.id(), workspace).inspect(running);
    } catch (IOException e) {
      throw unreadable(running.id(), "cannot be inspected", e);
    }
  }

  @Override
  public boolean isAlive(RunId id, Path workspace) {
    try {
      return inspector(id, workspace).isAlive();
    } catch (IOException e) {
      throw unreadable(id, "cannot be inspected", e);
    }
  }

  private CrashInspector inspector(RunId id, Path workspace) throws IOException {
    return new CrashInspector(id, new Workspace(workspace), settings.table(), owner());
  }

  private OwnerIdentity owner() throws IOException {
    synchronized (executions) {
      if (owner == null) {
        owner = OwnerIdentity.current(settings.table());
      }
      return owner;
    }
  }

  @Override
  public void terminate(Run running, Path workspace, TerminationReason reason) {
    Workspace folder = new Workspace(workspace);
    if (reason == TerminationReason.TIME_LIMIT) {
      try {
        new ProcessFile(folder).mark(EndCause.TIME_LIMIT);
      } catch (IOException e) {
        throw unreadable(running.id(), "is over its time limit, which cannot be recorded", e);
      }
    }
    new OrphanedProcesses(running.id(), folder, settings.table()).end();
  }

  @Override
  public Inspection cancel(Run running, Path workspace, CancelRequest request) {
    Workspace folder = new Workspace(workspace);
    ProcessFile processes = ProcessFile.asEvidence(folder);
    try {
      boolean isFirst = !processes.hasCancelMark();
      if (!processes.isExitNoted() && (isFirst || isAlive(running.id(), workspace))) {
        processes.mark(EndCause.cancelled(request));
        if (isFirst && processes.isExitNoted()) { // by itself, meanwhile
          processes.deleteCancelMark();
        }
      }
      List<ProcessTable.Entry> left =
          new OrphanedProcesses(running.id(), folder, settings.table()).end();
      return inspector(running.id(), workspace).inspect(running, left);
    } catch (IOException e) {
      throw unreadable(running.id(), "cannot be cancelled", e);
    }
  }

  private static UnreadableOutcomeException unreadable(RunId id, String what, IOException cause) {
    return new UnreadableOutcomeException(
        "run %s %s: %s".formatted(id, what, FileErrors.reason(cause)), cause);
  }

  @Override
  public Optional<Path> log(Path workspace, LogStream stream) {
    return ProcessLogs.in(workspace).file(stream);
  }

  @Override
  public long maxLogBytes(Path workspace) {
    return ProcessLogs.in(workspace).maxBytes();
  }

  @Override
  public Optional<OutputReader> output(Path workspace) throws IOException {
    return ProcessLogs.in(workspace).output();
  }

  private RunOutcome told(RunOutcome outcome) {
    settings.onEnd().accept(outcome);
    return outcome;
  }

  /** Returns the outcome for a signal that came before there was a run to send it to. */
  @Override
  public Optional<RunOutcome> cancelled() {
    synchronized (executions) {
      return early.stream()
          .filter(ProcessSignal::asksToEnd)
          .findFirst()
          .map(signal -> told(NotStarted.signalled(signal.number())));
    }
  }

  /**
   * Blocks until the output of finished runs has been drained; a slow reader delays this. A signal
   * ends the wait early.
   */
  public void awaitDrained() {
    List<Execution> now;
    synchronized (executions) {
      now = List.copyOf(draining);
    }
    now.forEach(Execution::awaitDrained);
    synchronized (executions) {
      now.forEach(draining::remove);
    }
  }

  /**
   * Returns whether the program can be found and started. Its version is the first line that it
   * prints for {@code --version}; the timeout is 2 s, and the version is cached until the file of
   * the program changes.
   */
  @Override
  public RuntimeStatus probe(List<String> command) {
    RuntimeStatus status = runtimes.status(command.get(0));
    return status.available()
        ? status
        : new RuntimeStatus(false, null, status.message() + settings.missingProgramHint());
  }

  /**
   * Forwards a signal to every process of the active runs, or else of the next one: a run that has
   * not started yet ends as if terminated by the signal, if that is a terminating one (HUP, INT,
   * TERM, KILL). Any second terminating signal to the same run becomes KILL. An INT from the
   * terminal is not sent a second time to processes that received it from there, and counts as the
   * first only for another INT. Returns when the signal is sent.
   */
  public void signal(ProcessSignal signal) {
    requireNonNull(signal, "signal");
    List<Execution> now;
    synchronized (executions) {
      draining.removeIf(Execution::isDrained);
      now = Stream.concat(executions.stream(), draining.stream()).toList();
      if (now.isEmpty()) {
        early.add(signal);
      }
    }
    now.forEach(execution -> execution.signal(signal));
  }

  /**
   * The settings shared by all runs of an executor.
   *
   * @param live the destination of live output
   * @param keepChildren whether the remaining processes of an ended run are kept
   * @param descriptors open files of this process, from 3 on, that runs have under the same numbers
   * @param openFiles the soft limit of open files of runs; empty for that of this process
   * @param logLimit of each of the two logs of a run
   * @param onStart called with each run that has started
   * @param onEnd called with the outcome of each run
   * @param missingProgramHint appended to the message that a program is not available
   */
  record Settings(
      ProcessTable table,
      Duration killGrace,
      ProcessSignal stopSignal,
      boolean ownSession,
      Supervisor.LiveOutput live,
      boolean keepChildren,
      List<Integer> descriptors,
      OptionalLong openFiles,
      Path workingDirectory,
      Map<String, @Nullable String> environment,
      LogLimit logLimit,
      Consumer<Run> onStart,
      Consumer<RunOutcome> onEnd,
      String missingProgramHint) {

    /** Returns a copy with what these options have different. */
    Settings with(Invocation.Options options) {
      return new Settings(
          table,
          requireNonNullElse(options.killGrace(), killGrace),
          options.stopSignal() == null ? stopSignal : stopSignal(options.stopSignal()),
          ownSession,
          live,
          keepChildren || options.keepsChildren(),
          descriptors,
          openFiles,
          workingDirectory,
          environment,
          options.logLimit() == null ? logLimit : LogLimit.of(options.logLimit()),
          onStart,
          onEnd,
          missingProgramHint);
    }

    private static ProcessSignal stopSignal(String name) {
      return ProcessSignal.named(name)
          .orElseThrow(() -> new IllegalArgumentException("no signal " + name));
    }

    /** Returns how a run is terminated at its time limit or when it is cancelled. */
    ProcessTree.Termination termination() {
      return new ProcessTree.Termination(stopSignal, killGrace);
    }

    /** Returns the finder of programs in the environment of a run. */
    ExecutableFinder programs() {
      String path =
          environment.containsKey("PATH") ? environment.get("PATH") : System.getenv("PATH");
      return new ExecutableFinder(workingDirectory.toFile(), path);
    }
  }

  /** Collects the settings of a {@link LocalRunExecutor}. Not for use by several threads. */
  public static final class Builder {
    private final Map<String, @Nullable String> environment = new LinkedHashMap<>();
    private Duration killGrace = KILL_GRACE;
    private ProcessSignal stopSignal = ProcessSignal.TERM;
    private boolean ownSession = true;
    private Supervisor.LiveOutput live = Supervisor.LiveOutput.NONE;
    private boolean keepChildren;
    private List<Integer> descriptors = List.of();
    private OptionalLong openFiles = OptionalLong.empty();
    private Path workingDirectory = ownWorkingDirectory();
    private LogLimit logLimit = LogLimit.DEFAULT;
    private Consumer<Run> onStart = running -> {};
    private Consumer<RunOutcome> onEnd = outcome -> {};
    private String missingProgramHint = "";

    private Builder() {}

    /**
     * Sets the time between TERM and KILL; by default 10 s, zero for none.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder killGrace(Duration grace) {
      if (grace.isNegative()) {
        throw new IllegalArgumentException("the grace must not be negative: " + grace);
      }
      killGrace = grace;
      return this;
    }

    /** Sets the signal that terminates a run at its time limit or when it is cancelled: TERM. */
    public Builder stopSignal(ProcessSignal signal) {
      stopSignal = requireNonNull(signal, "signal");
      return this;
    }

    /** Gives each run a session of its own and no stdin, as for a server; this is the default. */
    public Builder ownSession() {
      ownSession = true;
      return this;
    }

    /** Shares the terminal, process group and stdin of this process, as for a command line. */
    public Builder terminal() {
      ownSession = false;
      return this;
    }

    /**
     * Copies the output of a run to the stdout and stderr of this process as it is printed, and all
     * of it before {@link LocalRunExecutor#awaitDrained} returns; {@link LocalRunExecutor#start}
     * does not wait for the last of it. As in any pipe, a slow reader slows the run down, and when
     * the reader is gone the run gets PIPE. In a terminal ({@link #terminal}) the run has a
     * terminal, too.
     */
    public Builder liveOutput() {
      live = Supervisor.LiveOutput.BOTH;
      return this;
    }

    /** Like {@link #liveOutput}, with both streams on stderr: stdout has another use. */
    public Builder liveOutputOnStderr() {
      live = Supervisor.LiveOutput.ON_STDERR;
      return this;
    }

    /**
     * Keeps the remaining processes of an ended run, instead of terminating them. Their output is
     * still added to the logs.
     */
    public Builder keepChildren() {
      keepChildren = true;
      return this;
    }

    /**
     * Passes open files of this process on, which Java closes in all processes that it starts.
     *
     * @param numbers from 3 on, as in this process
     * @throws IllegalArgumentException if a number is less than 3
     */
    public Builder inheritDescriptors(List<Integer> numbers) {
      numbers.forEach(
          number -> {
            if (number < 3) {
              throw new IllegalArgumentException("not a descriptor from 3 on: " + number);
            }
          });
      descriptors = List.copyOf(numbers);
      return this;
    }

    /**
     * Sets the soft limit of open files of runs; Java raises that of its own process, which runs
     * would inherit.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder openFileLimit(long limit) {
      if (limit <= 0) {
        throw new IllegalArgumentException("the limit must be positive: " + limit);
      }
      openFiles = OptionalLong.of(limit);
      return this;
    }

    /**
     * Returns the directory that the process was started in. Java cannot represent a name that is
     * not UTF-8: a run inherits that directory all the same.
     */
    private static Path ownWorkingDirectory() {
      Path own = Path.of("").toAbsolutePath();
      return own.toString().indexOf('\uFFFD') < 0 ? own : Path.of("/proc/self/cwd");
    }

    /**
     * Sets the working directory of runs; by default that of this process. It may not exist yet.
     */
    public Builder workingDirectory(Path folder) {
      workingDirectory = folder.toAbsolutePath();
      return this;
    }

    /**
     * Sets a variable in the environment of every run, by default that of this process.
     *
     * @param value null for a variable that runs do not have
     */
    public Builder environment(String name, @Nullable String value) {
      environment.put(requireNonNull(name, "name"), value);
      return this;
    }

    /**
     * Sets the maximum size of each of the two logs of a run; by default {@link LogLimit#DEFAULT}.
     * It is enforced while any registry owns the run; live output is not limited.
     */
    public Builder logLimit(LogLimit limit) {
      logLimit = requireNonNull(limit, "limit");
      return this;
    }

    /**
     * Sets the listener for each run that has started, called on the run's own thread, for work
     * that can follow the start. The listener must return soon: the run is monitored after that.
     */
    public Builder onStart(Consumer<Run> listener) {
      onStart = requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Sets the listener for the outcome of each run, called before its result is known; also for
     * one that was cancelled before its start. The record of a run has no reason for a failed
     * start.
     */
    public Builder onEnd(Consumer<RunOutcome> listener) {
      onEnd = requireNonNull(listener, "listener");
      return this;
    }

    /** Adds a hint to the message of {@link LocalRunExecutor#probe} about a missing program. */
    public Builder missingProgramHint(String hint) {
      missingProgramHint = requireNonNull(hint, "hint");
      return this;
    }

    /** Builds the executor. */
    public LocalRunExecutor build() {
      return new LocalRunExecutor(settings());
    }

    Settings settings() {
      return new Settings(
          ProcessTable.ofThisHost(),
          killGrace,
          stopSignal,
          ownSession,
          live,
          keepChildren,
          descriptors,
          openFiles,
          workingDirectory,
          Collections.unmodifiableMap(new LinkedHashMap<>(environment)),
          logLimit,
          onStart,
          onEnd,
          missingProgramHint);
    }
  }
}
