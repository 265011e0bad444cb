package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How an execution ended. Every expected ending is a value here; none is an exception. */
public sealed interface RunOutcome {

  /** The status of a run that ended like this; always a final one. */
  RunStatus status();

  /** Returns the same for programs, in finer grain. */
  RunReason reason();

  /** Whether a run of this mode can end like this. */
  boolean canEnd(RunMode mode);

  /** What was printed until the end. */
  Output output();

  /** One sentence for people, without a full stop. */
  String message();

  /** The exit code of the process; null where there was none or the registry ended it. */
  default @Nullable Integer exitCode() {
    return null;
  }

  /** Whether somebody saw the end, so that the run has a time of completion. */
  default boolean isWitnessed() {
    return true;
  }

  /**
   * The process ended, by itself or by a signal.
   *
   * @param code 0 to 255; 128 + s when signal s ended it
   * @param output what it printed
   * @param note anything else worth telling, a sentence; empty when there is nothing
   * @param signaled whether a signal ended it
   */
  record Exited(int code, Output output, String note, boolean signaled) implements RunOutcome {
    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 64;

    /** Checks the range of the code. */
    public Exited {
      if (code < 0 || code > 255) {
        throw new IllegalArgumentException("an exit code is 0 to 255: " + code);
      }
      if (signaled && code <= SIGNAL_BASE) {
        throw new IllegalArgumentException("signal s gives the exit code 128 + s: " + code);
      }
      requireNonNull(output, "output");
      requireNonNull(note, "note");
    }

    /**
     * An ending of which nothing but the code is known: as a shell writes it, 128 + s stands for
     * signal s.
     */
    public Exited(int code, Output output, String note) {
      this(code, output, note, isSignal(code));
    }

    /** An ending without a note. */
    public Exited(int code, Output output) {
      this(code, output, "");
    }

    private static boolean isSignal(int code) {
      return code > SIGNAL_BASE && code <= SIGNAL_BASE + LAST_SIGNAL;
    }

    @Override
    public String message() {
      String said =
          code == 0 ? "Completed with exit code 0" : "Failed with exit code " + code + signal();
      return withNote(said, note);
    }

    private String signal() { // 128 + s is also what a shell makes of a signal below it
      return isSignal(code) ? ", as ended by signal " + (code - SIGNAL_BASE) : "";
    }

    @Override
    public RunReason reason() {
      return signaled ? RunReason.SIGNALED : RunReason.EXITED;
    }

    @Override
    public RunStatus status() {
      return code == 0 ? RunStatus.COMPLETED : RunStatus.FAILED;
    }

    @Override
    public boolean canEnd(RunMode mode) {
      return mode == RunMode.LOCAL;
    }

    @Override
    public Integer exitCode() {
      return code;
    }
  }

  /**
   * The registry ended the process because it was over its time limit.
   *
   * @param limit the limit that was exceeded
   * @param output what was printed until then
   * @param note anything else worth telling, such as what could not be ended; empty for nothing
   */
  record TimedOut(Duration limit, Output output, String note) implements RunOutcome {
    /** Null is refused. */
    public TimedOut {
      requireNonNull(limit, "limit");
      requireNonNull(output, "output");
      requireNonNull(note, "note");
    }

    @Override
    public String message() {
      BigDecimal seconds = BigDecimal.valueOf(limit.toMillis(), 3).stripTrailingZeros();
      return withNote("Timed out after " + seconds.toPlainString() + " s", note);
    }

    @Override
    public RunReason reason() {
      return RunReason.TIMED_OUT;
    }

    @Override
    public RunStatus status() {
      return RunStatus.TIMEOUT;
    }

    @Override
    public boolean canEnd(RunMode mode) {
      return mode == RunMode.LOCAL;
    }
  }

  /**
   * Nothing was started.
   *
   * @param why the kind of obstacle
   * @param message one sentence
   * @param output stderr holds what a person needs to mend it
   * @param signal the number of the signal that came first; 0 unless it was one
   */
  record NotStarted(Why why, String message, Output output, int signal) implements RunOutcome {
    /** What stood in the way; the command line has an exit code for each. */
    public enum Why {
      /** There is no such program. */
      NOT_FOUND,
      /** There is one, but it cannot be executed. */
      NOT_EXECUTABLE,
      /** A signal came before it could be. */
      SIGNALLED,
      /** The host refused. */
      REFUSED,
      /** The data set or the configuration is not fit. */
      REJECTED
    }

    /** Checks the range of the signal; null is refused. */
    public NotStarted {
      requireNonNull(why, "why");
      requireNonNull(message, "message");
      requireNonNull(output, "output");
      if (why == Why.SIGNALLED ? signal < 1 || signal > 127 : signal != 0) {
        throw new IllegalArgumentException("a signal is 1 to 127, and 0 is none: " + signal);
      }
    }

    /** A signal came first. */
    public static NotStarted signalled(int signal) {
      String message = "Ended by signal " + signal + " before it was started";
      Output output = new Output(OutputExcerpt.EMPTY, OutputExcerpt.of(message + '\n'));
      return new NotStarted(Why.SIGNALLED, message, output, signal);
    }

    /** Nothing was started, and no signal was the reason. */
    public NotStarted(Why why, String message, Output output) {
      this(why, message, output, 0);
    }

    /** Nothing was started, and the message says it all. */
    public NotStarted(Why why, String message) {
      this(why, message, new Output(OutputExcerpt.EMPTY, OutputExcerpt.of(message + '\n')));
    }

    @Override
    public RunReason reason() {
      return why == Why.REJECTED ? RunReason.REJECTED : RunReason.NOT_STARTED;
    }

    @Override
    public RunStatus status() {
      return RunStatus.FAILED;
    }

    @Override
    public boolean canEnd(RunMode mode) {
      return mode == RunMode.LOCAL;
    }
  }

  /**
   * Nobody saw the end: the process, its supervisor and the registry are gone and left no exit
   * code. The run has no time of completion.
   *
   * @param message one sentence that says what is known
   * @param output what was printed until then
   */
  record Lost(String message, Output output) implements RunOutcome {
    @Override
    public RunReason reason() {
      return RunReason.LOST;
    }

    /** Null is refused. */
    public Lost {
      requireNonNull(message, "message");
      requireNonNull(output, "output");
    }

    @Override
    public RunStatus status() {
      return RunStatus.FAILED;
    }

    @Override
    public boolean canEnd(RunMode mode) {
      return true;
    }

    @Override
    public boolean isWitnessed() {
      return false;
    }
  }

  /**
   * A dry-run found nothing wrong.
   *
   * @param report what was checked, several lines
   */
  record DryRunPassed(String report) implements RunOutcome {
    /** Null is refused. */
    public DryRunPassed {
      requireNonNull(report, "report");
    }

    @Override
    public Output output() {
      return new Output(OutputExcerpt.of(report), OutputExcerpt.EMPTY);
    }

    @Override
    public String message() {
      return "Dry-run passed";
    }

    @Override
    public RunReason reason() {
      return RunReason.EXITED;
    }

    @Override
    public RunStatus status() {
      return RunStatus.COMPLETED;
    }

    @Override
    public boolean canEnd(RunMode mode) {
      return mode == RunMode.DRY_RUN;
    }
  }

  /**
   * A dry-run found something wrong.
   *
   * @param message the short form
   * @param explanation which step, the file, the line and what is wrong
   */
  record DryRunRefused(String message, String explanation) implements RunOutcome {
    /** Null is refused. */
    public DryRunRefused {
      requireNonNull(message, "message");
      requireNonNull(explanation, "explanation");
    }

    @Override
    public Output output() {
      return new Output(OutputExcerpt.EMPTY, OutputExcerpt.of(explanation));
    }

    @Override
    public RunReason reason() {
      return RunReason.REJECTED;
    }

    @Override
    public RunStatus status() {
      return RunStatus.FAILED;
    }

    @Override
    public boolean canEnd(RunMode mode) {
      return mode == RunMode.DRY_RUN;
    }
  }

  private static String withNote(String message, String note) {
    return note.isEmpty() ? message : message + "; " + note;
  }
}
