package dev.runregistry.executor.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The file {@code processes} of a run folder, a line each: {@code deadline} with milliseconds since
 * 1970, where there is one; {@code log-limit} with bytes, likewise; {@code supervisor} and {@code
 * child} with the line of {@code /proc/<pid>/stat} that each wrote itself, first thing, or nothing
 * where there is no {@code /proc}. The line of the child is there before its program is; {@code
 * unstarted} follows where its program never was.
 */
final class RunProcesses {
  private final RunFolder folder;

  RunProcesses(RunFolder folder) {
    this.folder = folder;
  }

  /** Begins the file. */
  void create(Optional<Long> deadlineMillis, LogLimit logLimit) throws IOException {
    String deadline = deadlineMillis.map(millis -> "deadline " + millis + "\n").orElse("");
    String limit = logLimit.isLimited() ? "log-limit " + logLimit.bytes() + "\n" : "";
    DurableFiles.create(folder.processes(), (deadline + limit).getBytes(StandardCharsets.US_ASCII));
  }

  /** How long each log may become. */
  LogLimit logLimit() {
    return line("log-limit")
        .filter(bytes -> bytes.matches("\\d{5,18}"))
        .map(bytes -> LogLimit.of(Long.parseLong(bytes)))
        .orElse(LogLimit.NONE);
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

  /** The child, if it is known. */
  Optional<ProcessTable.Entry> child() {
    return line("child").flatMap(StatLine::parse);
  }

  /** The supervisor, if it is known. */
  Optional<ProcessTable.Entry> supervisor() {
    return line("supervisor").flatMap(StatLine::parse);
  }

  /** Whether the exit code is there, whole. */
  boolean isExitNoted() throws IOException {
    try {
      return Files.readString(folder.exit(), StandardCharsets.US_ASCII).endsWith("\n");
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** When the run ended, whatever it has left behind; empty if nobody noted that. */
  Optional<Instant> endedAt() throws IOException {
    Path witness = isExitNoted() ? folder.exit() : folder.timedOut();
    try {
      return Optional.of(Files.getLastModifiedTime(witness).toInstant());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private Optional<String> line(String who) {
    try (Stream<String> lines =
        Files.readString(folder.processes(), StandardCharsets.UTF_8).lines()) {
      return lines
          .filter(line -> line.startsWith(who + " "))
          .map(line -> line.substring(who.length() + 1))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
