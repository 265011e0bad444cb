package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The outcome of an execution. Every expected ending is a value here; none is an exception. */
public sealed interface RunOutcome {

  /** Returns the final status of a run with this outcome. */
  RunStatus status();

  /** Returns the reason, which is finer than the status. */
  RunReason reason();

  /** Returns whether a run of this mode can have this outcome. */
  boolean appliesTo(RunMode mode);

  /** Returns whether a run that is still pending can have this outcome. */
  default boolean canPrecedeStart() {
    return false;
  }

  /** Returns the output until the end. */
  Output output();

  /** Returns one sentence for people, without a full stop. */
  String message();

  /** Returns the exit code; null if there was no process or the registry terminated it. */
  default @Nullable Integer exitCode() {
    return null;
  }

  /** Returns whether the end was observed, so that the run has a time of completion. */
  default boolean isEndObserved() {
    return true;
  }

  /**
   * The process exited, or a signal terminated it.
   *
   * @param code 0 to 255; 128 + s if signal s terminated it
   * @param output its output
   * @param note an additional sentence; empty if there is none
   * @param signaled whether a signal terminated it
   */
  record Exited(int code, Output output, String note, boolean signaled) implements RunOutcome {
    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 64;
    private static final int SIGKILL = 9;

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
     * Creates an outcome of which only the code is known: as in a shell, 128 + s stands for signal
     * s.
     */
    public Exited(int code, Output output, String note) {
      this(code, output, note, isSignal(code));
    }

    /** Creates an outcome without a note. */
    public Exited(int code, Output output) {
      this(code, output, "");
    }

    private static boolean isSignal(int code) {
      return code > SIGNAL_BASE && code <= SIGNAL_BASE + LAST_SIGNAL;
    }

    @Override
    public String message() {
      return withNote(code == 0 ? "Completed with exit code 0" : failure(), note);
    }

    private String failure() {
      int signal = code - SIGNAL_BASE;
      if (signaled) {
        String verb = signal == SIGKILL ? "Killed by " : "Terminated by ";
        return verb + signalName(signal) + " (exit code " + code + ")";
      }
      // 128 + s is also the code of a shell whose child was terminated by signal s
      String origin = isSignal(code) ? " (128 + " + signalName(signal) + ")" : "";
      return "Failed with exit code " + code + origin;
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
    public boolean appliesTo(RunMode mode) {
      return mode == RunMode.LOCAL;
    }

    @Override
    public Integer exitCode() {
      return code;
    }
  }

  /**
   * The registry terminated the process because it exceeded its time limit.
   *
   * @param limit the limit that was exceeded
   * @param output the output until then
   * @param note an additional sentence, such as the processes left running; empty if there is none
   */
  record TimedOut(Duration limit, Output output, String note) implements RunOutcome {
    /** Checks the values. */
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
    public boolean appliesTo(RunMode mode) {
      return mode == RunMode.LOCAL;
    }
  }

  /**
   * Its cancellation was requested: the registry terminated the process, or did not start it.
   *
   * @param user the requester, 1 to {@value CancelRequest#MAX_USER} characters
   * @param output the output until then
   * @param note an additional sentence, such as the processes left running; empty if there is none
   */
  record Cancelled(String user, Output output, String note) implements RunOutcome {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the user is outside its limits
     */
    public Cancelled {
      Text.require("user", user, CancelRequest.MAX_USER);
      requireNonNull(output, "output");
      requireNonNull(note, "note");
    }

    /** Creates the outcome of a run that was not started. */
    public static Cancelled beforeStart(CancelRequest request) {
      return new Cancelled(request.user(), Output.NONE, "");
    }

    @Override
    public String message() {
      return withNote("Cancelled by " + user, note);
    }

    @Override
    public RunReason reason() {
      return RunReason.CANCELLED;
    }

    @Override
    public RunStatus status() {
      return RunStatus.CANCELLED;
    }

    @Override
    public boolean appliesTo(RunMode mode) {
      return true;
    }

    @Override
    public boolean canPrecedeStart() {
      return true;
    }
  }

  /**
   * Nothing was started.
   *
   * @param cause the kind of obstacle
   * @param message one sentence
   * @param output stderr holds what a user needs to fix it
   * @param signal the number of the signal that came first; 0 unless a signal was the reason
   */
  record NotStarted(Cause cause, String message, Output output, int signal) implements RunOutcome {
    /** The obstacle; the command line has an exit code for each. */
    public enum Cause {
      /** The program does not exist. */
      NOT_FOUND,
      /** The program exists, but cannot be executed. */
      NOT_EXECUTABLE,
      /** A signal came before the start. */
      SIGNALLED,
      /** The host refused. */
      REFUSED,
      /** The dataset or the configuration is invalid. */
      REJECTED
    }

    /** Checks the range of the signal. */
    public NotStarted {
      requireNonNull(cause, "cause");
      requireNonNull(message, "message");
      requireNonNull(output, "output");
      if (cause == Cause.SIGNALLED ? signal < 1 || signal > 127 : signal != 0) {
        throw new IllegalArgumentException("a signal is 1 to 127, and 0 is none: " + signal);
      }
    }

    /** Returns the outcome of a run that got a signal before its start. */
    public static NotStarted signalled(int signal) {
      String message = "Received " + signalName(signal) + " before it was started";
      Output output = new Output(OutputExcerpt.EMPTY, OutputExcerpt.of(message + '\n'));
      return new NotStarted(Cause.SIGNALLED, message, output, signal);
    }

    /** Creates an outcome that a signal has not caused. */
    public NotStarted(Cause cause, String message, Output output) {
      this(cause, message, output, 0);
    }

    /** Creates an outcome with the message as its error output. */
    public NotStarted(Cause cause, String message) {
      this(cause, message, new Output(OutputExcerpt.EMPTY, OutputExcerpt.of(message + '\n')));
    }

    @Override
    public RunReason reason() {
      return cause == Cause.REJECTED ? RunReason.REJECTED : RunReason.NOT_STARTED;
    }

    @Override
    public RunStatus status() {
      return RunStatus.FAILED;
    }

    @Override
    public boolean appliesTo(RunMode mode) {
      return mode == RunMode.LOCAL;
    }

    @Override
    public boolean canPrecedeStart() {
      return true;
    }
  }

  /**
   * The engine that had the run, such as Slurm, ended it, or reported that it cannot go on. Its
   * exit code is unknown, also if its program printed something until then.
   *
   * @param reason {@link RunReason#NODE_FAILED}, {@link RunReason#OUT_OF_MEMORY} or {@link
   *     RunReason#ENDED_BY_ENGINE}
   * @param output the output until then
   * @param message one sentence with the report of the engine, not empty
   */
  record EndedByEngine(RunReason reason, Output output, String message) implements RunOutcome {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if no engine ends a run for this reason, or the message is
     *     empty
     */
    public EndedByEngine {
      if (!reason.isByEngine()) {
        throw new IllegalArgumentException(
            "an engine ends no run with the reason " + reason.text());
      }
      requireNonNull(output, "output");
      if (message.isEmpty()) {
        throw new IllegalArgumentException("the message of an engine's ending is empty");
      }
    }

    @Override
    public RunStatus status() {
      return RunStatus.FAILED;
    }

    @Override
    public boolean appliesTo(RunMode mode) {
      return mode == RunMode.LOCAL;
    }

    @Override
    public boolean canPrecedeStart() {
      return true; // while the engine queued it
    }
  }

  /**
   * The end was not observed: the process, its supervisor and the registry are gone and left no
   * exit code. The run has no time of completion.
   *
   * @param message one sentence with the known facts
   * @param output the output until then
   */
  record Lost(String message, Output output) implements RunOutcome {
    @Override
    public RunReason reason() {
      return RunReason.LOST;
    }

    /** Checks the values. */
    public Lost {
      requireNonNull(message, "message");
      requireNonNull(output, "output");
    }

    @Override
    public RunStatus status() {
      return RunStatus.FAILED;
    }

    @Override
    public boolean appliesTo(RunMode mode) {
      return true;
    }

    @Override
    public boolean canPrecedeStart() {
      return true;
    }

    @Override
    public boolean isEndObserved() {
      return false;
    }
  }

  /**
   * A dry-run found no problem.
   *
   * @param report the checks made, several lines
   */
  record DryRunPassed(String report) implements RunOutcome {
    /** Checks the report. */
    public DryRunPassed {
      requireNonNull(report, "report");
    }

    @Override
    public Output output() {
      return new Output(OutputExcerpt.of(report), OutputExcerpt.EMPTY);
    }

    @Override
    public String message() {
      return "Dry run passed";
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
    public boolean appliesTo(RunMode mode) {
      return mode == RunMode.DRY_RUN;
    }
  }

  /**
   * A dry-run found a problem.
   *
   * @param message the short form
   * @param explanation the step, the file, the line and the problem
   */
  record DryRunFailed(String message, String explanation) implements RunOutcome {
    /** Checks the values. */
    public DryRunFailed {
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
    public boolean appliesTo(RunMode mode) {
      return mode == RunMode.DRY_RUN;
    }

    @Override
    public boolean canPrecedeStart() {
      return true;
    }
  }

  /** Returns the name of a signal whose number is the same on all systems, else its number. */
  private static String signalName(int signal) {
    return switch (signal) {
      case 1 -> "SIGHUP";
      case 2 -> "SIGINT";
      case 3 -> "SIGQUIT";
      case 4 -> "SIGILL";
      case 5 -> "SIGTRAP";
      case 6 -> "SIGABRT";
      case 8 -> "SIGFPE";
      case 9 -> "SIGKILL";
      case 11 -> "SIGSEGV";
      case 13 -> "SIGPIPE";
      case 14 -> "SIGALRM";
      case 15 -> "SIGTERM";
      case 24 -> "SIGXCPU";
      case 25 -> "SIGXFSZ";
      default -> "signal " + signal;
    };
  }

  private static String withNote(String message, String note) {
    return note.isEmpty() ? message : message + "; " + note;
  }
}
