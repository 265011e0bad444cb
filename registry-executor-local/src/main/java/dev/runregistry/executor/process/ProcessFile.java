package dev.runregistry.executor.process;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.FileTooLargeException;
import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.internal.host.ProcStat;
import dev.runregistry.internal.host.ProcessTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The file {@code processes} of a run folder, a line each: {@code deadline} with milliseconds since
 * 1970, where there is one; {@code log-limit} with bytes, likewise; {@code grace} with
 * milliseconds; {@code protocol} with the number of what supervisor and registry agree on, from 2
 * on; {@code keep-children} where what the child leaves behind is to stay; {@code supervisor} and
 * {@code child} with the line of {@code /proc/<pid>/stat} that each wrote itself, first thing, or
 * nothing where there is no {@code /proc}. The line of the child is there before its program is;
 * {@code unstarted} follows where its program never was, {@code signal} with the number of the
 * signal that ended it, {@code unexecuted} with an error number and a text where it could not be
 * executed, and {@code exit} with the exit code where there was no room for a file with it.
 *
 * <p>A run can replace these files: what is not a regular file of a few lines says nothing.
 */
final class ProcessFile {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private static final int MAX_BYTES = 1 << 16; // a stat line has some 300

  private final Workspace folder;
  private final boolean evidence;

  /** Reads for what goes on: what cannot be read at this moment is not there yet. */
  ProcessFile(Workspace folder) {
    this(folder, false);
  }

  private ProcessFile(Workspace folder, boolean evidence) {
    this.folder = folder;
    this.evidence = evidence;
  }

  /**
   * Reads to judge a run by: what cannot be read at this moment is an {@link UncheckedIOException},
   * because taken for absent it would be evidence of another ending.
   */
  static ProcessFile asEvidence(Workspace folder) {
    return new ProcessFile(folder, true);
  }

  /**
   * Begins the file.
   *
   * @param grace how long its processes may tidy up
   */
  void create(Optional<Long> deadlineMillis, Duration grace, LogLimit logLimit) throws IOException {
    create(deadlineMillis, grace, logLimit, false);
  }

  /** The same for a run whose children may be kept. */
  void create(
      Optional<Long> deadlineMillis, Duration grace, LogLimit logLimit, boolean keepChildren)
      throws IOException {
    String deadline = deadlineMillis.map(millis -> "deadline " + millis + "\n").orElse("");
    String limit = logLimit.isLimited() ? "log-limit " + logLimit.bytes() + "\n" : "";
    String keep = keepChildren ? "keep-children \n" : "";
    String first = deadline + limit + keep + "protocol 2\ngrace " + grace.toMillis() + "\n";
    DurableFiles.create(folder.processes(), first.getBytes(StandardCharsets.US_ASCII));
  }

  /** How long each log may become. */
  LogLimit logLimit() {
    return line("log-limit")
        .filter(bytes -> bytes.matches("\\d{5,18}"))
        .map(bytes -> LogLimit.of(Long.parseLong(bytes)))
        .orElse(LogLimit.NONE);
  }

  /** How long its processes may tidy up when they are ended; empty if nothing was started. */
  Optional<Duration> grace() {
    return line("grace").flatMap(ProcessFile::number).map(Duration::ofMillis);
  }

  /** Notes durably that the run is over its time limit and about to be ended for that. */
  void timedOut() throws IOException {
    if (!Files.exists(folder.timedOut())) {
      DurableFiles.write(folder.timedOut(), new byte[0]);
    }
  }

  /** Whether its supervisor was started, and so also that it noted who it is. */
  boolean supervisorStarted() {
    return line("supervisor").isPresent();
  }

  /** Whether the child is there: from here on signals reach it. */
  boolean childStarted() {
    return line("child").isPresent();
  }

  /** Whether the child could not even be given its output, so that its program was not started. */
  boolean couldNotStart() {
    return line("unstarted").isPresent();
  }

  /** Returns why the program could not be executed: an error number and a text. */
  Optional<String> startError() {
    return line("unexecuted");
  }

  /** Returns whether a signal ended the child, where the supervisor notes that. */
  boolean signaled() {
    return line("signal").isPresent();
  }

  /** Whether its supervisor is one of an earlier version: a shell, which copies no output. */
  boolean hasEarlierSupervisor() {
    return line("protocol").isEmpty();
  }

  /** Whether what the child leaves behind is to stay. */
  boolean keepsChildren() {
    return line("keep-children").isPresent();
  }

  /** The child, if it is known. */
  Optional<ProcessTable.Entry> child() {
    return line("child").flatMap(ProcStat::parse);
  }

  /** The supervisor, if it is known. */
  Optional<ProcessTable.Entry> supervisor() {
    return line("supervisor").flatMap(ProcStat::parse);
  }

  /** Whether the exit code is there, whole. */
  boolean isExitNoted() throws IOException {
    return exitNote().isPresent();
  }

  /** The exit code of the child; empty if nobody noted it, whole. */
  OptionalInt exitCode() throws IOException {
    Optional<ExitNote> note = exitNote();
    return note.isPresent() ? OptionalInt.of(note.get().code) : OptionalInt.empty();
  }

  private Optional<ExitNote> exitNote() throws IOException {
    Optional<ExitNote> own = whole(folder.exit()).flatMap(code -> exitNote(folder.exit(), code));
    return own.isPresent()
        ? own
        : whole(folder.processes())
            .flatMap(text -> field(text, "exit"))
            .flatMap(code -> exitNote(folder.processes(), code));
  }

  private static Optional<ExitNote> exitNote(Path witness, String code) {
    return number(code.strip()).map(number -> new ExitNote(witness, number.intValue()));
  }

  /** Nothing where it is none: after a power cut there may be zeros. */
  private static Optional<Long> number(String text) {
    return NUMBER.matcher(text).matches() ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  /** Nothing where the last line is cut off: half of 137 is a number, too. */
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
   * An exit code that was noted.
   *
   * @param witness where; its time of modification is when
   */
  private record ExitNote(Path witness, int code) {}

  /** When the run ended, whatever it has left behind, never after now; empty if not noted. */
  Optional<Instant> endedAt() throws IOException {
    Path witness = exitNote().map(ExitNote::witness).orElse(folder.timedOut());
    try {
      Instant noted = Files.getLastModifiedTime(witness, LinkOption.NOFOLLOW_LINKS).toInstant();
      Instant now = Instant.now();
      return Optional.of(noted.isBefore(now) ? noted : now); // the run can set any time
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
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
