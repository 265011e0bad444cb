package dev.runregistry.cli.run;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.process.StartHint;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.NotStarted.Cause;
import dev.runregistry.run.RunStatus;
import java.util.Optional;

/**
 * Reports the outcome of a run, and no more than needed: stdout and stderr belong to the command. A
 * line about the run itself goes to a terminal only, unless the run could not be carried out.
 */
public final class RunReport {
  private static final int TIMED_OUT = 124;
  private static final int NOT_RUN = 125;
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;
  private static final int SIGNALLED = 128; // and the number of the signal
  private static final int CANCELLED = SIGNALLED + 15; // as ended by TERM

  private final Console caller;
  private final boolean quiet;
  private final boolean json;
  private final boolean training;

  /**
   * Reports to a caller.
   *
   * @param training whether the configured command was started, not one of the user's own
   */
  public RunReport(Console caller, boolean quiet, boolean json, boolean training) {
    this.training = training;
    this.caller = caller;
    this.quiet = quiet;
    this.json = json;
  }

  /**
   * Prints it.
   *
   * @param outcome that of the executor; empty when it executed nothing
   * @return our exit code
   */
  public int report(Run ended, Optional<RunOutcome> outcome) {
    if (json) {
      caller.out().println(JsonLine.of(ended));
    } else if (outcome.isEmpty()) { // of the registry's own making: there was nothing live to see
      // a dataset can have brought control characters into it
      String stdout = ended.output().stdout().text();
      String stderr = ended.output().stderr().text();
      stdout.lines().map(TerminalText::line).forEach(caller.out()::println);
      stderr.lines().forEach(caller.err()::println);
    }
    if (!quiet && (caller.terminal().isError() || isWorthTelling(ended, outcome))) {
      caller.say(line(ended));
      outcome.flatMap(known -> hint(known, ended)).ifPresent(caller::say);
    }
    return exitCode(ended, outcome);
  }

  /** An exit code of ours could be one of the command's too. */
  private static boolean isWorthTelling(Run ended, Optional<RunOutcome> outcome) {
    return ended.status() == RunStatus.CANCELLED
        || (ended.spec().mode() == RunMode.LOCAL
            && ended.exitCode() == null
            && (outcome.isPresent() || ended.completedAt() == null));
  }

  private static String line(Run ended) {
    String took = ended.duration().map(time -> " (" + Durations.of(time) + ")").orElse("");
    return "run " + ended.id() + ": " + ended.message() + took;
  }

  private Optional<String> hint(RunOutcome outcome, Run ended) {
    if (!(outcome instanceof NotStarted notStarted) || notStarted.cause() != Cause.NOT_FOUND) {
      return Optional.empty();
    }
    return training
        ? Optional.of("hint: " + StartHint.SET_TRAINER)
        : StartHint.of(ended.spec().command());
  }

  /**
   * Returns the exit code for a run of which only the record is known: that of its command, or
   * those of timeout(1); 125 for every run that was not started or is lost.
   */
  public static int exitCode(Run ended) {
    return exitCode(ended, Optional.empty());
  }

  private static int exitCode(Run ended, Optional<RunOutcome> outcome) {
    if (ended.status() == RunStatus.TIMEOUT) {
      return TIMED_OUT;
    }
    if (ended.status() == RunStatus.CANCELLED) {
      return CANCELLED;
    }
    if (ended.spec().mode() == RunMode.DRY_RUN && outcome.isEmpty()) {
      return ended.status() == RunStatus.COMPLETED ? 0 : 1;
    }
    if (ended.exitCode() != null) {
      return ended.exitCode();
    }
    return outcome.map(RunReport::codeOfObstacle).orElse(NOT_RUN);
  }

  private static int codeOfObstacle(RunOutcome outcome) {
    if (outcome instanceof NotStarted notStarted) {
      return switch (notStarted.cause()) {
        case NOT_FOUND -> NOT_FOUND;
        case NOT_EXECUTABLE -> NOT_EXECUTABLE;
        case SIGNALLED -> SIGNALLED + notStarted.signal();
        case REFUSED, REJECTED -> NOT_RUN;
      };
    }
    return NOT_RUN; // lost
  }
}
