package dev.runregistry.executor.process;

import java.util.Arrays;
import java.util.Optional;

/**
 * A POSIX signal that can be forwarded to a run. QUIT is missing: Java blocks it in its own threads
 * and so in all processes that it starts, where it would never arrive.
 */
public enum ProcessSignal {
  /** The terminal hung up. */
  HUP(1),
  /** Interrupt, as by ^C. */
  INT(2),
  /** A breakpoint was reached. */
  TRAP(5),
  /** Abort. */
  ABRT(6),
  /** Terminate at once; cannot be ignored. */
  KILL(9),
  /** For the program's own use. */
  USR1(10),
  /** For the program's own use. */
  USR2(12),
  /** Write to a pipe without readers. */
  PIPE(13),
  /** A timer has expired. */
  ALRM(14),
  /** Terminate. */
  TERM(15),
  /** Continue after a stop. */
  CONT(18),
  /** The processor time is used up. */
  XCPU(24),
  /** A timer of processor time has expired. */
  VTALRM(26),
  /** A timer of a profiler has expired. */
  PROF(27),
  /** Input or output is possible. */
  IO(29),
  /** Power failure. */
  PWR(30),
  /** Invalid system call. */
  SYS(31);

  private final int number; // of Linux; HUP, INT, KILL, PIPE and TERM are the same everywhere

  ProcessSignal(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** Returns the signal of that name, without SIG; empty if there is none. */
  static Optional<ProcessSignal> named(String name) {
    return Arrays.stream(values()).filter(signal -> signal.name().equals(name)).findFirst();
  }

  /** Returns whether it requests termination. */
  public boolean asksToEnd() {
    return this == HUP || this == INT || this == TERM || this == KILL;
  }
}
