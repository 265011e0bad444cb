package dev.runregistry.executor.local;

/**
 * A POSIX signal that can be passed on to a run. QUIT is missing: Java blocks it in its own threads
 * and so in all that it starts, where it would never arrive.
 */
public enum ProcessSignal {
  /** The terminal hung up. */
  HUP(1),
  /** Interrupt, as by ^C. */
  INT(2),
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

  private final int number; // of Linux; HUP, INT, KILL, PIPE and TERM are the same everywhere

  ProcessSignal(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
