package dev.runregistry.executor.local;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.CapturedText;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from a run folder how the run ended, after its end.
 *
 * @param supervisorExit as Java has it: 128 + s if signal s ended it; empty if nobody saw it
 * @param leftBehind what had to be ended after the run itself
 */
record RunEnding(
    Run run,
    RunFolder folder,
    RunProcesses processes,
    OptionalInt supervisorExit,
    ProcessTree.Ending leftBehind) {

  private static final Logger log = LoggerFactory.getLogger(RunEnding.class);
  private static final int NOT_EXECUTABLE = 126; // of every shell
  private static final int NOT_FOUND = 127;
  private static final int SIGNALLED = 128; // and the number of the signal

  RunOutcome outcome(boolean inTime) {
    logs().note();
    if (!leftBehind.survivors().isEmpty()) {
      log.warn("run {}: {}", run.id(), note());
    }
    if (!inTime) {
      return new TimedOut(requireNonNull(run.spec().timeLimit()), output(), note());
    }
    if (processes.couldNotStart()) {
      return neverStarted();
    }
    OptionalInt code = exitCode();
    if (code.isPresent()) {
      return exited(code.getAsInt());
    }
    return mayHaveStarted() ? lost() : neverStarted();
  }

  /** Where the folder was taken away nothing tells that it has not. */
  private boolean mayHaveStarted() {
    return processes.childStarted() || !folder.exists();
  }

  private RunOutcome exited(int code) {
    return couldNotBeExecuted(code).orElseGet(() -> new Exited(code, output(), note()));
  }

  /** The exit code of the child; empty if its supervisor did not live to see it. */
  private OptionalInt exitCode() {
    try {
      OptionalInt noted = processes.exitCode();
      return noted.isPresent() ? noted : unnotedExitCode();
    } catch (IOException e) {
      processes.noteUnreadable(e);
      log.warn("run {}: its exit code cannot be read", run.id(), e);
      return unnotedExitCode();
    }
  }

  /** Where the disk was too full to note it, the supervisor ended as its child did. */
  private OptionalInt unnotedExitCode() {
    return Files.exists(folder.exit()) || supervisorLivedToSeeIt()
        ? supervisorExit
        : OptionalInt.empty();
  }

  /** Above 128 it may have been ended itself, before its child. */
  private boolean supervisorLivedToSeeIt() {
    int exit = supervisorExit.orElse(Integer.MAX_VALUE);
    return processes.childStarted()
        ? exit <= SIGNALLED
        : !folder.exists() && exit <= SIGNALLED && exit != Supervisor.CANNOT_START;
  }

  /** What the shell alone can find out: a missing interpreter, a file for another machine. */
  private Optional<RunOutcome> couldNotBeExecuted(int code) {
    if (code != NOT_EXECUTABLE && code != NOT_FOUND) {
      return Optional.empty();
    }
    String program = run.spec().command().get(0);
    return Optional.of(output().stderr().text())
        .filter(text -> text.startsWith(Supervisor.mark(run.id()) + ":"))
        .map(
            text ->
                code == NOT_FOUND
                    ? new NotStarted(
                        NotStarted.Why.NOT_FOUND, program + ": it or its interpreter is not found")
                    : new NotStarted(
                        NotStarted.Why.NOT_EXECUTABLE,
                        program + ": cannot be executed: " + lastPart(text)));
  }

  /** Shells say {@code name: line: exec: program: reason}. */
  private static String lastPart(String error) {
    String line = error.strip().lines().reduce("", (first, last) -> last);
    return line.substring(line.lastIndexOf(": ") + 1).strip();
  }

  private RunOutcome neverStarted() {
    int exit = supervisorExit.orElse(0);
    if (exit > SIGNALLED) { // a signal found the shell before it could ignore signals
      return NotStarted.signalled(exit - SIGNALLED);
    }
    String why =
        text(folder.supervisorLog(), folder.supervisorLog().toFile()::length).text().strip();
    return new NotStarted(
        NotStarted.Why.REFUSED,
        "The supervisor could not start it" + (why.isEmpty() ? "" : ": " + why));
  }

  private RunOutcome lost() {
    String note = note();
    String why =
        folder.exists()
            ? "its supervisor was ended before it"
            : "its folder was taken away, and with it what was noted";
    return new Lost("Lost: " + why + (note.isEmpty() ? "" : "; " + note), output());
  }

  private LimitedLogs logs() {
    return LimitedLogs.of(folder);
  }

  private String note() {
    return Stream.concat(
            Stream.of(LogStream.values()).map(logs()::notice).flatMap(Optional::stream),
            Stream.of(processesLeft()).filter(text -> !text.isEmpty()))
        .collect(Collectors.joining("; "));
  }

  private String processesLeft() {
    if (!leftBehind.survivors().isEmpty()) {
      return count(leftBehind.survivors().size())
          + " could not be ended: "
          + leftBehind.survivors().stream()
              .limit(10)
              .map(Object::toString)
              .collect(Collectors.joining(", "));
    }
    int ended = leftBehind.ended();
    return ended == 0
        ? ""
        : count(ended) + " that it left behind " + (ended == 1 ? "was" : "were") + " ended";
  }

  private static String count(int processes) {
    return processes == 1 ? "1 process" : processes + " processes";
  }

  /** What it printed until now. */
  Output output() {
    return new Output(text(LogStream.STDOUT), text(LogStream.STDERR));
  }

  /** Of what was read short of the limit all was read, whatever is written to the file since. */
  private static long total(int read, LongSupplier bytes) {
    return read < CapturedText.LIMIT_BYTES ? read : Math.max(read, bytes.getAsLong());
  }

  private CapturedText text(LogStream stream) {
    return text(folder.log(stream), () -> logs().total(stream));
  }

  private CapturedText text(Path file, LongSupplier bytes) {
    try {
      return isRegular(file) ? beginning(file, bytes) : CapturedText.EMPTY;
    } catch (NoSuchFileException e) { // it was never started
      return CapturedText.EMPTY;
    } catch (IOException e) {
      processes.noteUnreadable(e);
      log.warn("run {}: {} cannot be read", run.id(), file, e);
      return CapturedText.EMPTY;
    }
  }

  /** What the run has put in its place (a pipe, a link, a folder) is not read. */
  private static boolean isRegular(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isRegularFile();
  }

  private static CapturedText beginning(Path file, LongSupplier bytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(CapturedText.LIMIT_BYTES);
      return CapturedText.of(head, total(head.length, bytes));
    }
  }
}
