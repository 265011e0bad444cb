package dev.runregistry.executor.process;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.FileTooLargeException;
import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.internal.host.ProcStat;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Timestamps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The file {@code processes} of a workspace, a line each: {@code deadline} with milliseconds since
 * 1970, if there is one; {@code log-limit} with bytes, likewise; {@code grace} with milliseconds;
 * {@code stop-signal} with a name, if it is not TERM; {@code protocol} with the version of the
 * protocol of supervisor and registry, from 2 on; {@code attempt} with the number of the attempt to
 * start the run; {@code keep-children} if the remaining processes are kept; {@code supervisor} and
 * {@code child} with the line of {@code /proc/<pid>/stat} that each wrote itself, first of all, or
 * nothing without {@code /proc}; {@code began} with the time and the host, if that is not the
 * registry's. The line of the child is written before its program starts; {@code unstarted} follows
 * if its program never was started, {@code signal} with the number of the signal that terminated
 * it, {@code unexecuted} with an error number and a text if it could not be executed, and {@code
 * exit} with the exit code if there was no room for a file with it.
 *
 * <p>A run can replace these files: the content of anything but a regular file of a few lines is
 * ignored.
 */
final class ProcessFile {
  private static final Pattern MICROS = Pattern.compile("[0-9]{1,16}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private static final int MAX_BYTES = 1 << 16; // a stat line has some 300

  /** The time after the grace period that a termination and its records take at most. */
  private static final Duration TERMINATION = Duration.ofSeconds(30);

  private final Workspace folder;
  private final boolean evidence;

  /** Reads the file of a live run: what cannot be read at this moment is not there yet. */
  ProcessFile(Workspace folder) {
    this(folder, false);
  }

  private ProcessFile(Workspace folder, boolean evidence) {
    this.folder = folder;
    this.evidence = evidence;
  }

  /**
   * Reads evidence of an outcome: if it cannot be read at this moment, throws an {@link
   * UncheckedIOException}, because treated as absent it would imply another outcome.
   */
  static ProcessFile asEvidence(Workspace folder) {
    return new ProcessFile(folder, true);
  }

  /**
   * Creates the file.
   *
   * @param grace the time between TERM and KILL
   */
  void create(Optional<Long> deadlineMillis, Duration grace, LogLimit logLimit) throws IOException {
    create(deadlineMillis, ProcessTree.Termination.term(grace), logLimit, false);
  }

  /** Creates the file of a run whose children may be kept. */
  void create(
      Optional<Long> deadlineMillis,
      ProcessTree.Termination termination,
      LogLimit logLimit,
      boolean keepChildren)
      throws IOException {
    String deadline = deadlineMillis.map(millis -> "deadline " + millis + "\n").orElse("");
    String limit = logLimit.isLimited() ? "log-limit " + logLimit.bytes() + "\n" : "";
    ProcessSignal signal = termination.signal();
    String stop = signal == ProcessSignal.TERM ? "" : "stop-signal " + signal + "\n";
    String keep = keepChildren ? "keep-children \n" : "";
    String first = // not formatted: the child waits for it
        deadline
            + limit
            + stop
            + keep
            + "protocol 2\ngrace "
            + termination.grace().toMillis()
            + "\nattempt "
            + folder.attempt()
            + "\n";
    DurableFiles.create(folder.processes(), first.getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns the maximum size of each log. */
  LogLimit logLimit() {
    return line("log-limit")
        .filter(bytes -> bytes.matches("\\d{5,18}"))
        .map(bytes -> LogLimit.of(Long.parseLong(bytes)))
        .orElse(LogLimit.NONE);
  }

  /** Returns how the run is terminated, as usual where that is not known. */
  ProcessTree.Termination termination() {
    ProcessSignal signal =
        line("stop-signal").flatMap(ProcessSignal::named).orElse(ProcessSignal.TERM);
    Duration grace =
        line("grace")
            .flatMap(ProcessFile::number)
            .map(Duration::ofMillis)
            .orElse(LocalRunExecutor.KILL_GRACE);
    return new ProcessTree.Termination(signal, grace);
  }

  /** Records durably that the run is about to be terminated for that reason, if it is one. */
  void mark(EndCause cause) throws IOException {
    switch (cause.kind()) {
      case ENDED, TERMINATED -> {}
      case TIME_LIMIT -> {
        if (!Files.exists(folder.timedOut())) {
          DurableFiles.write(folder.timedOut(), new byte[0]);
        }
      }
      case CANCELLED -> // anew each time: the times tell which exits are the consequence
          DurableFiles.write(
              folder.cancelled(),
              Stream.concat(Stream.of(cause.user()), earlierMarks())
                  .collect(Collectors.joining("\n", "", "\n"))
                  .getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Returns the times of the marks so far of which an exit may still be the consequence. */
  private Stream<String> earlierMarks() throws IOException {
    Instant now = Instant.now();
    return cancelMark().stream()
        .flatMap(mark -> mark.times().stream())
        .filter(time -> !now.isAfter(lastConsequence(time)))
        .map(time -> Long.toString(Timestamps.toMicros(time)));
  }

  /** Returns whether a termination because of a request is marked. */
  boolean hasCancelMark() throws IOException {
    return cancelMark().isPresent();
  }

  /** Removes the mark of a cancellation: the run had ended by itself. */
  void deleteCancelMark() throws IOException {
    Files.deleteIfExists(folder.cancelled());
  }

  /**
   * Returns why the run ended, as far as its registry marked that before it died. The mark of a
   * time limit is ignored in a run without one, and the mark of a cancellation if it is damaged:
   * the run itself may have written them. A child that ended before the mark of a cancellation, or
   * long after it, was not terminated for it: the registry died before it took the mark back, or
   * before it terminated anything.
   *
   * @throws IOException if that cannot be read now
   */
  EndCause markedCause(boolean hasTimeLimit) throws IOException {
    if (hasTimeLimit && RegularFiles.exists(folder.timedOut())) {
      return EndCause.TIME_LIMIT;
    }
    Optional<CancelMark> mark = cancelMark();
    return mark.isPresent() && isCauseOfEnd(mark.get())
        ? EndCause.cancelled(mark.get().last())
        : EndCause.ENDED;
  }

  /**
   * The mark of a cancellation.
   *
   * @param last the last one
   * @param times when it was marked, each time
   */
  private record CancelMark(CancelRequest last, List<Instant> times) {}

  /** Reads the user, and a line for each earlier mark: the microseconds since 1970. */
  private Optional<CancelMark> cancelMark() throws IOException {
    Optional<List<String>> lines = whole(folder.cancelled()).map(text -> text.lines().toList());
    Optional<Instant> at = modified(folder.cancelled());
    if (lines.isEmpty() || at.isEmpty()) {
      return Optional.empty();
    }
    try {
      CancelRequest last = new CancelRequest(lines.get().get(0).strip(), at.get());
      Stream<Instant> earlier =
          lines.get().stream()
              .skip(1)
              .filter(line -> MICROS.matcher(line).matches())
              .map(line -> Timestamps.ofMicros(Long.parseLong(line)));
      return Optional.of(
          new CancelMark(last, Stream.concat(earlier, Stream.of(last.at())).toList()));
    } catch (IllegalArgumentException e) { // no user
      return Optional.empty();
    }
  }

  /** Returns whether it ended after a mark, and not long after it; also if it is unknown when. */
  private boolean isCauseOfEnd(CancelMark mark) throws IOException {
    Optional<RecordedExit> note = exitNote();
    Optional<Instant> modified = note.isPresent() ? modified(note.get().witness) : Optional.empty();
    if (modified.isEmpty()) {
      return true;
    }
    Instant end = modified.get();
    return mark.times().stream()
        .anyMatch(time -> !end.isBefore(time) && !end.isAfter(lastConsequence(time)));
  }

  private Instant lastConsequence(Instant marked) {
    return marked.plus(termination().grace()).plus(TERMINATION);
  }

  private static Optional<Instant> modified(Path file) throws IOException {
    try {
      return Optional.of(RegularFiles.lastModified(file, LinkOption.NOFOLLOW_LINKS).toInstant());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Withdraws the attempt to start the run, whose supervisor has written nothing, and starts
   * nothing from now on: it looks whether this file still has its name.
   *
   * @return whether it is withdrawn; not one of an earlier version, whose supervisor does not look
   */
  boolean withdraw() throws IOException {
    int attempt = folder.attempt();
    if (supervisorStarted() || !line("attempt").equals(Optional.of(Integer.toString(attempt)))) {
      return false;
    }
    Files.move(folder.processes(), folder.withdrawn(attempt), StandardCopyOption.ATOMIC_MOVE);
    return true;
  }

  /** Returns whether its supervisor was started, and so also recorded its identity. */
  boolean supervisorStarted() {
    return line("supervisor").isPresent();
  }

  /**
   * Returns when and on which host its supervisor began, as {@code SECONDS HOST}; empty if it runs
   * on the host of its registry.
   */
  Optional<String> began() {
    return line("began");
  }

  /** Returns whether the child exists: from here on signals reach it. */
  boolean childStarted() {
    return line("child").isPresent();
  }

  /** Returns whether the child could not be given its output, so its program was not started. */
  boolean couldNotStart() {
    return line("unstarted").isPresent();
  }

  /** Returns why the program could not be executed: an error number and a text. */
  Optional<String> startError() {
    return line("unexecuted");
  }

  /** Returns whether a signal terminated the child, if the supervisor records that. */
  boolean signaled() {
    return line("signal").isPresent();
  }

  /** Returns whether its supervisor is of an earlier version: a shell, which copies no output. */
  boolean hasEarlierSupervisor() {
    return line("protocol").isEmpty();
  }

  /** Returns whether the remaining processes are kept. */
  boolean keepsChildren() {
    return line("keep-children").isPresent();
  }

  /** Returns the child, if it is known. */
  Optional<ProcessTable.Entry> child() {
    return line("child").flatMap(ProcStat::parse);
  }

  /** Returns the supervisor, if it is known. */
  Optional<ProcessTable.Entry> supervisor() {
    return line("supervisor").flatMap(ProcStat::parse);
  }

  /** Returns whether the exit code is recorded completely. */
  boolean isExitNoted() throws IOException {
    return exitNote().isPresent();
  }

  /** Returns the exit code of the child; empty if it was not recorded completely. */
  OptionalInt exitCode() throws IOException {
    Optional<RecordedExit> note = exitNote();
    return note.isPresent() ? OptionalInt.of(note.get().code) : OptionalInt.empty();
  }

  private Optional<RecordedExit> exitNote() throws IOException {
    Optional<RecordedExit> own =
        whole(folder.exit()).flatMap(code -> exitNote(folder.exit(), code));
    return own.isPresent()
        ? own
        : whole(folder.processes())
            .flatMap(text -> field(text, "exit"))
            .flatMap(code -> exitNote(folder.processes(), code));
  }

  private static Optional<RecordedExit> exitNote(Path witness, String code) {
    return number(code.strip()).map(number -> new RecordedExit(witness, number.intValue()));
  }

  /** Returns empty if it is no number: after a power cut there may be zeros. */
  private static Optional<Long> number(String text) {
    return NUMBER.matcher(text).matches() ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  /** Returns empty if the last line is cut off: half of 137 is a number, too. */
  private static Optional<String> whole(Path file) throws IOException {
    try {
      return Optional.of(text(file)).filter(text -> text.endsWith("\n"));
    } catch (NoSuchFileException | NotRegularFileException | FileTooLargeException e) {
      return Optional.empty();
    }
  }

  private static String text(Path file) throws IOException {
    byte[] bytes = RegularFiles.read(file, MAX_BYTES, LinkOption.NOFOLLOW_LINKS);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * A recorded exit code.
   *
   * @param witness its file; the time of modification is the time of the end
   */
  private record RecordedExit(Path witness, int code) {}

  /** Returns when the run itself ended, never after now; empty if not recorded. */
  Optional<Instant> endedAt() throws IOException {
    Optional<RecordedExit> note = exitNote();
    Optional<Instant> noted = modified(note.isPresent() ? note.get().witness : folder.timedOut());
    if (noted.isEmpty()) {
      noted = modified(folder.cancelled());
    }
    Instant now = Instant.now();
    return noted.map(time -> time.isBefore(now) ? time : now); // the run can set any time
  }

  private Optional<String> line(String who) {
    try {
      return field(text(folder.processes()), who);
    } catch (NoSuchFileException | NotRegularFileException | FileTooLargeException e) {
      return Optional.empty();
    } catch (IOException e) {
      if (evidence) {
        throw new UncheckedIOException(e);
      }
      return Optional.empty();
    }
  }

  private static Optional<String> field(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length() + 1))
        .findFirst();
  }
}
