package dev.runregistry.executor.slurm;

import static java.util.Objects.requireNonNull;

import dev.runregistry.internal.files.Backoff;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.internal.files.RegularFiles;
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
import dev.runregistry.run.port.supervisor.RunSupervisor;
import dev.runregistry.run.port.supervisor.RunSupervisor.Program;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes each run as a job of a Slurm cluster, through Slurm's command line. The supervisor runs
 * inside the job and leaves its evidence in the workspace, which has to be on a file system that
 * all nodes share.
 *
 * <p>A job is named {@code run-<id of the run>} and found by that name: after a lost answer nothing
 * is submitted a second time, and the number of another job is never mistaken for it. While the
 * controller does not answer, nothing is concluded about any job.
 *
 * <p>The time limit of a run counts from the start of its job. Safe for use by many threads at
 * once; one thread watches all jobs.
 */
public final class SlurmExecutor implements RunExecutor {
  static final String JOB_NAME_PREFIX = "run-";

  private static final Logger log = LoggerFactory.getLogger(SlurmExecutor.class);
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Variables with these prefixes change sbatch itself, or are the registry's own. */
  private static final Pattern NOT_EXPORTED = Pattern.compile("(SLURM|SBATCH|LD|REGISTRY)_.*");

  /** How long a cancelled job may take to end: Slurm's KillWait is half a minute by default. */
  private static final Duration TERMINATION = Duration.ofMinutes(3);

  private final RunSupervisor supervisor;
  private final SlurmOptions options;
  private final Map<String, String> environment;
  private final Path workingDirectory;
  private final Optional<Duration> pendingTimeout;
  private final Consumer<Run> onStart;
  private final Consumer<String> onPending;
  private final Consumer<RunOutcome> onEnd;
  private final SlurmCommands slurm;
  private final JobTable jobs;
  private final JobLedger ledger;
  private final JobWatch watch;

  private SlurmExecutor(Builder builder) {
    supervisor = builder.supervisor;
    options = builder.options;
    environment = Map.copyOf(builder.environment);
    workingDirectory = builder.workingDirectory;
    pendingTimeout = builder.pendingTimeout;
    onStart = builder.onStart;
    onPending = builder.onPending;
    onEnd = builder.onEnd;
    slurm = new SlurmCommands(environment);
    jobs = new JobTable(slurm, builder.interval);
    ledger =
        new JobLedger(
            slurm,
            supervisor,
            builder.evidenceDelay,
            builder.forgottenDelay,
            builder.onContradiction);
    watch = new JobWatch(slurm, builder.interval);
  }

  /**
   * Returns a builder.
   *
   * @param supervisor executes the command inside the job
   */
  public static Builder builder(RunSupervisor supervisor) {
    return new Builder(supervisor);
  }

  static String jobName(RunId id) {
    return JOB_NAME_PREFIX + id;
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

  /**
   * Submits a job, as the contract requires.
   *
   * @throws IllegalArgumentException if it is a dry-run, or there is no program to start
   */
  @Override
  public ExecutionHandle start(Run running, Invocation invocation, Path workspace) {
    if (running.spec().mode() != RunMode.LOCAL || invocation.command().isEmpty()) {
      throw new IllegalArgumentException("run " + running.id() + " has nothing to start");
    }
    Optional<String> refusal;
    try {
      refusal = submit(running, invocation, workspace);
    } catch (IOException e) {
      refusal = Optional.of("The job cannot be prepared: " + FileErrors.reason(e));
    }
    if (refusal.isPresent()) {
      NotStarted outcome = new NotStarted(NotStarted.Cause.REFUSED, refusal.get());
      onEnd.accept(outcome);
      return ExecutionHandle.ended(outcome);
    }
    SlurmExecution execution =
        new SlurmExecution(
            running,
            workspace,
            supervisor,
            slurm,
            ledger,
            watch::nudge,
            pendingTimeout,
            onPending,
            onEnd);
    watch.add(execution);
    onStart.accept(running);
    return execution;
  }

  /** Returns why there is no job; empty if there is one, or its supervisor was started. */
  private Optional<String> submit(Run running, Invocation invocation, Path workspace)
      throws IOException {
    if (find("sbatch").isEmpty()) {
      return Optional.of("There is no sbatch on PATH: Slurm is not installed on this host");
    }
    Path directory =
        invocation.workingDirectory() == null
            ? workingDirectory
            : Path.of(invocation.workingDirectory());
    if (!Files.isDirectory(directory)) {
      return Optional.of("The working directory does not exist");
    }
    List<String> asked = invocation.options().engineOptions();
    SlurmOptions requested = asked == null ? options : SlurmOptions.ofWords(asked);
    Program program = supervisor.prepare(running, exported(invocation, requested), workspace);
    JobFile file = new JobFile(workspace);
    file.submitting();
    SlurmCommands.Submission submission =
        slurm.submit(
            words(running, requested, workspace, directory, program),
            JobScript.text(program),
            JobScript.arguments(directory, program),
            program.environment());
    Optional<Long> id = submission.jobId();
    if (id.isEmpty()) {
      log.debug("run {}: sbatch failed, its job is looked for: {}", running.id(), submission);
      id = numberOf(running.id());
    }
    if (id.isPresent()) {
      record(running.id(), file, id.get());
      return Optional.empty();
    }
    supervisor.preventStart(workspace); // should there be a job after all, it starts nothing
    return supervisor.evidence(running, workspace).supervised()
        ? Optional.empty()
        : Optional.of("Slurm did not accept the job: " + submission.message());
  }

  /**
   * Returns the number of the job with the name of the run; empty if there is none, or no answer. A
   * job that was refused may be known as failed, and is none.
   */
  private Optional<Long> numberOf(RunId id) {
    try {
      return jobs.findNow(jobName(id)).filter(job -> !job.state().isFinal()).map(Job::id);
    } catch (IOException e) {
      log.debug("run {}: its job cannot be looked for", id, e);
      return Optional.empty();
    }
  }

  private void record(RunId run, JobFile file, long id) {
    try {
      file.submitted(slurm.cluster(), id);
    } catch (IOException e) { // it is found by its name
      log.warn("run {} is job {}, which cannot be recorded: {}", run, id, e.getMessage());
    }
  }

  private List<String> words(
      Run running, SlurmOptions requested, Path workspace, Path directory, Program program) {
    String messages = supervisor.messages(workspace).toString().replace("%", "%%");
    List<String> words =
        new ArrayList<>(requested.words(Optional.ofNullable(running.spec().timeLimit())));
    words.addAll(
        List.of(
            "--parsable",
            "--no-requeue",
            "--job-name=" + jobName(running.id()),
            "--comment=run=" + running.id(),
            "--chdir=" + directory,
            "--output=" + messages,
            "--error=" + messages,
            "--open-mode=append",
            "--export=" + String.join(",", program.environment().keySet())));
    return words;
  }

  /** Returns the invocation with the variables that its job gets. */
  private Invocation exported(Invocation invocation, SlurmOptions requested) {
    Map<String, String> variables = new HashMap<>();
    if (invocation.inheritsEnvironment()) {
      variables.putAll(requested.exported(environment));
      variables.putAll(invocation.environment());
    } else {
      variables.putAll(requested.exported(invocation.environment()));
    }
    variables
        .keySet()
        .removeIf(
            name -> !VARIABLE.matcher(name).matches() || NOT_EXPORTED.matcher(name).matches());
    return new Invocation(
        invocation.command(),
        variables,
        invocation.workingDirectory(),
        false,
        invocation.options());
  }

  @Override
  public Inspection inspect(Run running, Path workspace) {
    try {
      if (!mayHaveJob(workspace)) {
        return new Inspection.Lost(
            "the registry was killed before it submitted a job",
            supervisor.evidence(running, workspace).output(),
            true);
      }
      return inspection(running, workspace, jobs.find(jobName(running.id())));
    } catch (SlurmUnreachableException e) {
      return new Inspection.NotVisible(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw unreadable(running.id(), "cannot be inspected", e);
    }
  }

  /** The files of an execution are created before its job; the run can delete some of them. */
  private boolean mayHaveJob(Path workspace) throws IOException {
    return new JobFile(workspace).exists() || RegularFiles.exists(supervisor.messages(workspace));
  }

  private Inspection inspection(Run run, Path workspace, Optional<Job> found) throws IOException {
    if (found.isPresent()) {
      Job job = found.get();
      if (job.state() == JobState.PENDING) {
        return new Inspection.Pending(job.reason(), job.hasWaitedFor(pendingTimeout));
      }
      if (job.state() == JobState.ACTIVE) {
        Optional<String> name = new JobFile(workspace).externalId();
        return new Inspection.Running(
            Optional.of(job.elapsed()), job.start().map(at -> new ExecutionHandle.Start(at, name)));
      }
    }
    return ledger
        .ending(run, workspace, found)
        .map(end -> inspection(run, end))
        .orElseGet(() -> new Inspection.NotVisible("How its job ended is not known yet"));
  }

  /** The messages of a supervisor are in the workspace, and so is what Slurm writes for its job. */
  @Override
  public Map<RunId, Path> workspaces(Set<RunId> runs) {
    try {
      Map<RunId, Path> workspaces = new HashMap<>();
      Map<String, String> outputs = slurm.findOutputs();
      for (RunId run : runs) {
        Optional.ofNullable(outputs.get(jobName(run)))
            .map(output -> Path.of(output.replace("%%", "%")).getParent())
            .ifPresent(workspace -> workspaces.put(run, workspace));
      }
      return workspaces;
    } catch (IOException e) {
      throw new UnreadableOutcomeException("the jobs of other homes cannot be found", e);
    }
  }

  /** By the watch if this process submitted it, else by the last query of an inspection. */
  @Override
  public Optional<String> lastPendingReason(RunId id) {
    return watch
        .pendingReason(jobName(id))
        .or(
            () ->
                jobs.last(jobName(id))
                    .filter(job -> job.state() == JobState.PENDING)
                    .map(Job::reason))
        .filter(reason -> !reason.isEmpty());
  }

  private static Inspection inspection(Run run, JobEnd end) {
    RunOutcome outcome = end.result().outcome();
    return outcome instanceof RunOutcome.Lost lost
        ? new Inspection.Lost(
            lost.message().replaceFirst("^Lost: ", ""), lost.output(), false, end.start())
        : new Inspection.Exited(outcome, end.result().at().orElse(run.startedAt()), end.start());
  }

  /**
   * Returns whether the workspace may be that of one of its runs. Needs no Slurm.
   *
   * @param supervisor that of its runs
   * @throws UnreadableOutcomeException if that cannot be determined now
   */
  public static boolean mayOwn(RunSupervisor supervisor, RunId id, Path workspace) {
    try {
      return new JobFile(workspace).exists() || supervisor.hasSignOfLife(workspace);
    } catch (IOException e) {
      throw unreadable(id, "cannot be inspected", e);
    }
  }

  @Override
  public boolean isAlive(RunId id, Path workspace) {
    try {
      return mayOwn(supervisor, id, workspace) && hasJob(id);
    } catch (IOException e) {
      throw unreadable(id, "cannot be inspected", e);
    }
  }

  @Override
  public void terminate(Run running, Path workspace, TerminationReason reason) {
    if (reason == TerminationReason.ENDED) {
      return; // Slurm ends what is left of a job
    }
    try {
      if (reason == TerminationReason.TIME_LIMIT) {
        supervisor.markTimedOut(workspace);
      } else {
        new JobFile(workspace).overdue();
      }
      cancelJob(running.id());
    } catch (IOException e) {
      throw unreadable(running.id(), "is over its limit and cannot be terminated", e);
    }
  }

  @Override
  public Inspection cancel(Run running, Path workspace, CancelRequest request) {
    Inspection found = inspect(running, workspace);
    if (!(found instanceof Inspection.Running || found instanceof Inspection.Pending)) {
      return found;
    }
    try {
      supervisor.markCancelled(workspace, request);
      cancelJob(running.id());
      return inspect(running, workspace);
    } catch (IOException e) {
      throw unreadable(running.id(), "cannot be cancelled", e);
    }
  }

  /** Returns when the job has ended, or does not end. */
  private void cancelJob(RunId id) throws IOException {
    slurm.cancel(jobName(id));
    Instant giveUp = Instant.now().plus(TERMINATION);
    Backoff pause = new Backoff(Duration.ofSeconds(1));
    while (hasJob(id) && Instant.now().isBefore(giveUp)) {
      pause.sleep();
    }
    jobs.forget();
  }

  private boolean hasJob(RunId id) throws IOException {
    return jobs.findNow(jobName(id)).filter(job -> !job.state().isFinal()).isPresent();
  }

  private static UnreadableOutcomeException unreadable(RunId id, String what, IOException cause) {
    String why =
        cause instanceof SlurmUnreachableException
            ? String.valueOf(cause.getMessage())
            : FileErrors.reason(cause);
    return new UnreadableOutcomeException("run %s %s: %s".formatted(id, what, why), cause);
  }

  /** Returns whether jobs can be submitted from this host: which programs nodes have is unknown. */
  @Override
  public RuntimeStatus probe(List<String> command) {
    return find("sbatch").isPresent()
        ? new RuntimeStatus(true, null, "Jobs can be submitted to Slurm")
        : new RuntimeStatus(false, null, "sbatch: not found on PATH");
  }

  /**
   * Returns the name of the cluster, from its controller; may take as long as Slurm's own timeouts.
   *
   * @throws IOException if the controller does not answer
   */
  public String cluster() throws IOException {
    return slurm.cluster();
  }

  private Optional<File> find(String program) {
    return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> new File(folder, program))
        .filter(File::canExecute)
        .findFirst();
  }

  @Override
  public Optional<Path> log(Path workspace, LogStream stream) {
    return supervisor.log(workspace, stream);
  }

  @Override
  public long maxLogBytes(Path workspace) {
    return supervisor.maxLogBytes(workspace);
  }

  @Override
  public Optional<OutputReader> output(Path workspace) throws IOException {
    return supervisor.output(workspace);
  }

  /** Collects the settings of a {@link SlurmExecutor}. Not for use by several threads. */
  public static final class Builder {
    private final RunSupervisor supervisor;
    private SlurmOptions options = SlurmOptions.NONE;
    private Map<String, String> environment = System.getenv();
    private Path workingDirectory = Path.of("").toAbsolutePath();
    private Duration interval = Duration.ofSeconds(2);
    private Duration evidenceDelay = Duration.ofMinutes(1);
    private Duration forgottenDelay = Duration.ofMinutes(5);
    private Optional<Duration> pendingTimeout = Optional.empty();
    private Consumer<Run> onStart = running -> {};
    private Consumer<String> onPending = reason -> {};
    private Consumer<RunOutcome> onEnd = outcome -> {};
    private Runnable onContradiction = () -> {};

    private Builder(RunSupervisor supervisor) {
      this.supervisor = requireNonNull(supervisor, "supervisor");
    }

    /** Sets what jobs ask of the cluster; by default nothing. */
    public Builder options(SlurmOptions requested) {
      options = requireNonNull(requested, "options");
      return this;
    }

    /**
     * Sets the environment of Slurm's commands, and the source of the variables of jobs; by default
     * that of this process.
     */
    public Builder environment(Map<String, String> variables) {
      environment = Map.copyOf(variables);
      return this;
    }

    /** Sets the working directory of runs; by default that of this process. */
    public Builder workingDirectory(Path folder) {
      workingDirectory = folder.toAbsolutePath();
      return this;
    }

    /** Sets the time between two queries for the state of all jobs; by default 2 s. */
    public Builder interval(Duration time) {
      interval = requirePositive("interval", time);
      return this;
    }

    /**
     * Sets how long the exit code of an ended job may be invisible, because the shared file system
     * is slow; by default a minute.
     */
    public Builder evidenceDelay(Duration time) {
      evidenceDelay = requirePositive("evidenceDelay", time);
      return this;
    }

    /**
     * Sets how long Slurm has to answer without knowing a job, and nothing changes in its
     * workspace, before it is lost; by default five minutes, a multiple of the time between two
     * signs of life of its supervisor.
     */
    public Builder forgottenDelay(Duration time) {
      forgottenDelay = requirePositive("forgottenDelay", time);
      return this;
    }

    /** Sets how long a job may wait for its start; by default there is no limit. */
    public Builder pendingTimeout(Duration time) {
      pendingTimeout = Optional.of(requirePositive("pendingTimeout", time));
      return this;
    }

    /** Sets the listener for each run whose job is submitted. */
    public Builder onStart(Consumer<Run> listener) {
      onStart = requireNonNull(listener, "listener");
      return this;
    }

    /** Sets the listener for the reason why a job waits, called for each new one. */
    public Builder onPending(Consumer<String> listener) {
      onPending = requireNonNull(listener, "listener");
      return this;
    }

    /** Sets the listener for the outcome of each run, called before its result is known. */
    public Builder onEnd(Consumer<RunOutcome> listener) {
      onEnd = requireNonNull(listener, "listener");
      return this;
    }

    /** Sets the listener for each end for which Slurm and the supervisor have different codes. */
    public Builder onContradiction(Runnable listener) {
      onContradiction = requireNonNull(listener, "listener");
      return this;
    }

    private static Duration requirePositive(String name, Duration time) {
      if (time.isZero() || time.isNegative()) {
        throw new IllegalArgumentException(name + " must be positive: " + time);
      }
      return time;
    }

    /** Builds the executor. */
    public SlurmExecutor build() {
      return new SlurmExecutor(this);
    }
  }
}
