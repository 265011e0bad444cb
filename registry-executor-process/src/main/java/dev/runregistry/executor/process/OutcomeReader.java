package dev.runregistry.executor.process;

import static java.util.Objects.requireNonNull;

import dev.runregistry.internal.files.Backoff;
import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.internal.files.Uninterruptibly;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.port.UnreadableOutcomeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Determines the outcome of an ended run. While its registry lives, the events of the supervisor
 * and its exit code come first: the run can write to the files in its workspace, which are evidence
 * for orphaned runs only.
 *
 * @param supervisorExit as in Java: 128 + s if signal s terminated it; empty if not observed
 * @param startWitnessed whether the supervisor reported to its live registry that it had started
 *     the child
 * @param witnessed the supervisor's report to its live registry, which no file can change
 * @param leftBehind the processes terminated after the run itself
 */
record OutcomeReader(
    Run run,
    Workspace folder,
    ProcessFile processes,
    OptionalInt supervisorExit,
    boolean startWitnessed,
    Optional<ChildEnd> witnessed,
    ProcessTree.TerminationResult leftBehind) {

  private static final Logger log = LoggerFactory.getLogger(OutcomeReader.class);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int NOT_EXECUTABLE = 126; // of every shell
  private static final int NOT_FOUND = 127;
  private static final int KILLED = 137;
  private static final int SIGNALLED = 128; // plus the number of the signal

  /** Distinguishes unreadable from absent evidence: see {@link ProcessFile#asEvidence}. */
  OutcomeReader {
    processes = ProcessFile.asEvidence(folder);
  }

  /**
   * Creates a reader for a run whose end this process has not observed. Evidence that cannot be
   * read, for example because too many files are open, is read again for a while by {@link
   * #outcome}.
   */
  OutcomeReader(
      Run run,
      Workspace folder,
      ProcessFile processes,
      OptionalInt supervisorExit,
      ProcessTree.TerminationResult leftBehind) {
    this(run, folder, processes, supervisorExit, false, Optional.empty(), leftBehind);
  }

  RunOutcome outcome(EndCause cause) {
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    Backoff pause = new Backoff(Duration.ofSeconds(1));
    while (true) {
      try {
        return read(cause);
      } catch (IOException e) {
        if (System.nanoTime() > giveUp) {
          throw new UnreadableOutcomeException(
              "run %s has ended, and how cannot be read now: %s".formatted(run.id(), e), e);
        }
        log.debug("run {}: how it ended cannot be read yet", run.id(), e);
        pause.sleep();
      }
    }
  }

  /**
   * Returns the outcome of the run that ended for that reason.
   *
   * @throws IOException if evidence cannot be read now, which implies nothing about the run
   */
  RunOutcome read(EndCause cause) throws IOException {
    RunOutcome[] outcome = new RunOutcome[1];
    try {
      Uninterruptibly.io(() -> outcome[0] = judge(cause));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return outcome[0];
  }

  private RunOutcome judge(EndCause cause) throws IOException {
    logs().note();
    if (!leftBehind.survivors().isEmpty()) {
      log.warn("run {}: {}", run.id(), note());
    }
    return switch (cause.kind()) {
      case TIME_LIMIT -> new TimedOut(requireNonNull(run.spec().timeLimit()), output(), note());
      case CANCELLED -> new Cancelled(cause.user(), output(), note());
      case ENDED, TERMINATED -> ended();
    };
  }

  private RunOutcome ended() throws IOException {
    if (!startWitnessed && mayHaveRefused() && processes.couldNotStart()) {
      return neverStarted();
    }
    OptionalInt code = exitCode();
    if (code.isPresent()) {
      return exited(code.getAsInt());
    }
    return mayHaveStarted() ? lost() : neverStarted();
  }

  /**
   * A supervisor that starts nothing says so with its exit code, too; the run can write the file.
   */
  private boolean mayHaveRefused() {
    return supervisorExit.isEmpty() || supervisorExit.getAsInt() == Supervisor.CANNOT_START;
  }

  /** If the workspace was deleted, there is no evidence that it has not. */
  private boolean mayHaveStarted() throws IOException {
    return startWitnessed || wasSupervisorKilled() || processes.childStarted() || folder.isGone();
  }

  /** Only KILL can: it blocks all other signals; the run can send it and change the files. */
  private boolean wasSupervisorKilled() {
    return supervisorExit.isPresent() && supervisorExit.getAsInt() == KILLED;
  }

  private RunOutcome exited(int code) throws IOException {
    Output output = output();
    return couldNotBeExecuted(code, output).orElseGet(() -> exited(code, output));
  }

  private Exited exited(int code, Output output) {
    if (witnessed.isEmpty() && processes.hasEarlierSupervisor()) { // which did not record a signal
      return new Exited(code, output, note());
    }
    boolean signaled = witnessed.map(ChildEnd::signaled).orElseGet(processes::signaled);
    return new Exited(code, output, note(), signaled && code > SIGNALLED);
  }

  /** Returns the exit code of the child; empty if its supervisor ended before it. */
  private OptionalInt exitCode() throws IOException {
    if (witnessed.isPresent()) {
      return OptionalInt.of(witnessed.get().code());
    }
    if (startWitnessed || supervisorLivedToSeeIt()) { // it exits with its child's code
      return supervisorExit.orElse(KILLED) <= SIGNALLED ? supervisorExit : OptionalInt.empty();
    }
    OptionalInt noted = processes.exitCode();
    if (wasSupervisorKilled() && !noted.equals(supervisorExit)) {
      return OptionalInt.empty();
    }
    return noted.isPresent() ? noted : unnotedExitCode();
  }

  /** If the disk was too full to record it, the supervisor exited with its child's code. */
  private OptionalInt unnotedExitCode() throws IOException {
    return RegularFiles.exists(folder.exit()) ? supervisorExit : OptionalInt.empty();
  }

  /** A code above 128 may be that of the supervisor's own termination, before its child. */
  private boolean supervisorLivedToSeeIt() throws IOException {
    int exit = supervisorExit.orElse(Integer.MAX_VALUE);
    return processes.childStarted()
        ? exit <= SIGNALLED
        : folder.isGone() && exit <= SIGNALLED && exit != Supervisor.CANNOT_START;
  }

  /** Failures that only the start reveals: a missing interpreter, a file for another machine. */
  private Optional<RunOutcome> couldNotBeExecuted(int code, Output output) throws IOException {
    return startError(code, output)
        .map(
            error ->
                code == NOT_FOUND
                    ? new NotStarted(
                        NotStarted.Cause.NOT_FOUND,
                        program() + ": it or its interpreter is not found")
                    : new NotStarted(
                        NotStarted.Cause.NOT_EXECUTABLE,
                        program() + ": cannot be executed: " + error));
  }

  private String program() {
    return run.spec().command().get(0);
  }

  /** Returns why it could not be executed; empty if it was. */
  private Optional<String> startError(int code, Output output) throws IOException {
    if (code != NOT_EXECUTABLE && code != NOT_FOUND) {
      return Optional.empty();
    }
    if (witnessed.isEmpty() && processes.hasEarlierSupervisor()) {
      return Optional.of(output.stderr().text())
          .filter(text -> text.startsWith(Supervisor.earlierMark(run.id()) + ":"))
          .map(OutcomeReader::lastPart);
    }
    return witnessed
        .map(ChildEnd::startError)
        .or(processes::startError)
        .filter(error -> !error.isEmpty())
        .map(error -> error.substring(error.indexOf(' ') + 1));
  }

  /** Shells print {@code name: line: exec: program: reason}. */
  private static String lastPart(String error) {
    String line = error.strip().lines().reduce("", (first, last) -> last);
    return line.substring(line.lastIndexOf(": ") + 1).strip();
  }

  private RunOutcome neverStarted() throws IOException {
    int exit = supervisorExit.orElse(0);
    if (exit > SIGNALLED) { // a signal reached the shell before it ignored signals
      return NotStarted.signalled(exit - SIGNALLED);
    }
    String why = // without the path of this host: the message is recorded
        text(folder.supervisorLog(), folder.supervisorLog().toFile()::length)
            .text()
            .replace(folder.path() + "/", "")
            .strip();
    return new NotStarted(
        NotStarted.Cause.REFUSED,
        "The supervisor could not start it" + (why.isEmpty() ? "" : ": " + why));
  }

  private RunOutcome lost() throws IOException {
    String note = note();
    String why =
        folder.isGone()
            ? "its directory was removed, and its exit code with it"
            : "its supervisor was killed before it ended";
    return new Lost("Lost: " + why + (note.isEmpty() ? "" : "; " + note), output());
  }

  private LogTrimmer logs() {
    return LogTrimmer.of(folder);
  }

  private String note() {
    return Stream.of(
            Stream.of(LogStream.values()).map(logs()::notice).flatMap(Optional::stream),
            Stream.of(LogStream.values()).map(this::replaced).flatMap(Optional::stream),
            Stream.of(processesLeft()).filter(text -> !text.isEmpty()))
        .flatMap(notes -> notes)
        .collect(Collectors.joining("; "));
  }

  private Optional<String> replaced(LogStream stream) {
    Path file = folder.log(stream);
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
            && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(
            "the log of %s was replaced by something that is not a file".formatted(stream.text()))
        : Optional.empty();
  }

  private String processesLeft() {
    if (!leftBehind.survivors().isEmpty()) {
      return count(leftBehind.survivors().size())
          + " could not be terminated: "
          + leftBehind.survivors().stream()
              .limit(10)
              .map(Object::toString)
              .collect(Collectors.joining(", "));
    }
    int ended = leftBehind.ended();
    return ended == 0
        ? ""
        : ended
            + (ended == 1 ? " remaining process was" : " remaining processes were")
            + " terminated";
  }

  private static String count(int processes) {
    return processes == 1 ? "1 process" : processes + " processes";
  }

  /** Returns the output until now. */
  Output output() throws IOException {
    return new Output(text(LogStream.STDOUT), text(LogStream.STDERR));
  }

  /** A read below the limit read the whole file, whatever is written to it since. */
  static long total(int read, LongSupplier bytes) {
    return read < OutputExcerpt.LIMIT_BYTES ? read : Math.max(read, bytes.getAsLong());
  }

  private OutputExcerpt text(LogStream stream) throws IOException {
    return text(folder.log(stream), () -> logs().total(stream));
  }

  private static OutputExcerpt text(Path file, LongSupplier bytes) throws IOException {
    try {
      byte[] head =
          RegularFiles.readHead(file, OutputExcerpt.LIMIT_BYTES, LinkOption.NOFOLLOW_LINKS);
      return OutputExcerpt.of(head, total(head.length, bytes));
    } catch (NoSuchFileException e) { // never started, or deleted by the run
      return OutputExcerpt.EMPTY;
    } catch (NotRegularFileException e) { // reported by note()
      return OutputExcerpt.EMPTY;
    }
  }
}
