package dev.runregistry.executor.local;

/** A POSIX signal that can be passed on to a run. */
public enum ProcessSignal {
  /** The terminal hung up. */
  HUP(1),
  /** Interrupt, as by ^C. */
  INT(2),
  /** Quit, as by ^\. */
  QUIT(3),
  /** End at once; cannot be ignored. */
  KILL(9),
  /** For the program's own use. */
  USR1(10),
  /** For the program's own use. */
  USR2(12),
  /** Nobody reads what is written. */
  PIPE(13),
  /** Please end. */
  TERM(15),
  /** Go on after a stop. */
  CONT(18);

  private final int number; // of Linux; HUP, INT, QUIT, KILL, PIPE and TERM are the same everywhere

  ProcessSignal(int number) {
    this.number = number;
  }

  /** The exit code of a process that this signal ended. */
  int exitCode() {
    return 128 + number;
  }
}
