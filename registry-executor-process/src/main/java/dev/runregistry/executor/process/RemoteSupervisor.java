package dev.runregistry.executor.process;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.port.supervisor.RunSupervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The supervisor of this module, for runs whose processes another engine starts, on any host. It
 * works as for a run whose registry died: shows nothing, syncs what it records, and terminates by
 * itself what the command leaves behind.
 */
public final class RemoteSupervisor implements RunSupervisor {
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final Pattern BEGAN = Pattern.compile("(\\d{1,11}) (\\S{1,255})");

  private static final ProcessTree.TerminationResult NOTHING_TERMINATED =
      new ProcessTree.TerminationResult(0, List.of());

  private final LogLimit logLimit;
  private final Duration killGrace;
  private final Duration heartbeat;

  /**
   * Creates a supervisor with the grace that a {@link LocalRunExecutor} has by default.
   *
   * @param logLimit of each of the two logs of a run that has none of its own
   */
  public RemoteSupervisor(LogLimit logLimit) {
    this(logLimit, LocalRunExecutor.KILL_GRACE);
  }

  /**
   * Creates a supervisor.
   *
   * @param logLimit of each of the two logs of a run that has none of its own
   * @param killGrace the time between TERM and KILL for what the command leaves behind, likewise
   */
  public RemoteSupervisor(LogLimit logLimit, Duration killGrace) {
    this(logLimit, killGrace, HEARTBEAT);
  }

  /**
   * Creates a supervisor.
   *
   * @param logLimit of each of the two logs of a run that has none of its own
   * @param killGrace the time between TERM and KILL for what the command leaves behind, likewise
   * @param heartbeat the time between two signs of life of a supervisor, in whole seconds, at least
   *     one; a second start of a run gives up after six without one. By default 10 s
   * @throws IllegalArgumentException if the time between two signs of life is shorter
   */
  public RemoteSupervisor(LogLimit logLimit, Duration killGrace, Duration heartbeat) {
    if (heartbeat.toSeconds() < 1) {
      throw new IllegalArgumentException("heartbeat must be at least 1 s: " + heartbeat);
    }
    this.heartbeat = heartbeat;
    this.logLimit = requireNonNull(logLimit, "logLimit");
    this.killGrace = requireNonNull(killGrace, "killGrace");
  }

  @Override
  public Program prepare(Run running, Invocation invocation, Path workspace) throws IOException {
    Workspace folder = new Workspace(workspace);
    Invocation.Options options = invocation.options();
    Duration grace = requireNonNullElse(options.killGrace(), killGrace);
    LogLimit limit = options.logLimit() == null ? logLimit : LogLimit.of(options.logLimit());
    List<String> arguments = new ArrayList<>(List.of(workspace.toString()));
    arguments.add("run=" + running.id());
    arguments.add("parent=0"); // no registry: nothing is reported or shown
    arguments.add("finish=" + grace.toMillis());
    arguments.add("beat=" + heartbeat.toSeconds());
    if (limit.isLimited()) {
      arguments.add("limit=" + limit.bytes());
    }
    Map<String, String> environment = new HashMap<>(invocation.environment());
    environment.putAll(Launch.ofEveryRun(running));
    arguments.addAll(Supervisor.restored(environment));
    arguments.add("--");
    arguments.addAll(Launch.command(invocation, folder));
    Launch.createFiles(running, folder, ProcessTree.Termination.term(grace), limit, false);
    DurableFiles.sync(workspace); // the absence of the files proves that nothing was started
    return new Program(SupervisorScript.TEXT, arguments, environment);
  }

  @Override
  public Path messages(Path workspace) {
    return new Workspace(workspace).supervisorLog();
  }

  @Override
  public Evidence evidence(Run run, Path workspace) throws IOException {
    try {
      return read(run, new Workspace(workspace));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Evidence read(Run run, Workspace folder) throws IOException {
    ProcessFile processes = ProcessFile.asEvidence(folder);
    OutcomeReader reader =
        new OutcomeReader(run, folder, processes, OptionalInt.empty(), NOTHING_TERMINATED);
    EndCause marked = processes.markedCause(run.spec().timeLimit() != null);
    boolean isRecorded = processes.isExitNoted() || processes.couldNotStart();
    Optional<Matcher> began = processes.began().map(BEGAN::matcher).filter(Matcher::matches);
    return new Evidence(
        processes.supervisorStarted(),
        began.map(line -> Instant.ofEpochSecond(Long.parseLong(line.group(1)))),
        began.map(line -> line.group(2)),
        processes.childStarted() && !processes.couldNotStart(),
        processes.exitCode(),
        isRecorded ? Optional.of(reader.read(EndCause.ENDED)) : Optional.<RunOutcome>empty(),
        marked.isOutcome() ? Optional.of(reader.read(marked)) : Optional.<RunOutcome>empty(),
        processes.endedAt(),
        reader.output(),
        messages(folder));
  }

  private static String messages(Workspace folder) throws IOException {
    try {
      byte[] head =
          RegularFiles.readHead(
              folder.supervisorLog(), OutputExcerpt.LIMIT_BYTES, LinkOption.NOFOLLOW_LINKS);
      return new String(head, StandardCharsets.UTF_8)
          .replace(folder.path() + "/", "") // they are recorded, without the path of this host
          .strip();
    } catch (NoSuchFileException | NotRegularFileException e) { // replaced by the run
      return "";
    }
  }

  @Override
  public Duration silence(Path workspace) throws IOException {
    Workspace folder = new Workspace(workspace);
    DurableFiles.replace(folder.clock(), new byte[] {'\n'});
    FileTime now = RegularFiles.lastModified(folder.clock(), LinkOption.NOFOLLOW_LINKS);
    long last = 0;
    try (Stream<Path> files = Files.list(workspace)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (!file.equals(folder.clock())) {
          last = Math.max(last, modified(file));
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return Duration.ofMillis(Math.max(0, now.toMillis() - last));
  }

  @Override
  public boolean hasSignOfLife(Path workspace) throws IOException {
    return RegularFiles.exists(new Workspace(workspace).heartbeat());
  }

  private static long modified(Path file) throws IOException {
    try {
      return RegularFiles.lastModified(file, LinkOption.NOFOLLOW_LINKS).toMillis();
    } catch (NoSuchFileException e) { // deleted meanwhile
      return 0;
    }
  }

  @Override
  public void preventStart(Path workspace) throws IOException {
    new Workspace(workspace).placeStartBarrier();
  }

  @Override
  public void markTimedOut(Path workspace) throws IOException {
    new ProcessFile(new Workspace(workspace)).mark(EndCause.TIME_LIMIT);
  }

  @Override
  public void markCancelled(Path workspace, CancelRequest request) throws IOException {
    new ProcessFile(new Workspace(workspace)).mark(EndCause.cancelled(request));
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
}
