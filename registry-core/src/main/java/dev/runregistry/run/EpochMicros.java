package dev.runregistry.run;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Converts between instants and microseconds since 1970, the precision of every record. {@code
 * ChronoUnit.MICROS.between} counts in nanoseconds, which overflow in the year 2262.
 */
public final class EpochMicros {
  private static final long PER_SECOND = 1_000_000;
  private static final int NANOS = 1_000;

  private EpochMicros() {}

  /**
   * Returns the whole microseconds from 1970 to this instant.
   *
   * @throws ArithmeticException if they do not fit into a long, more than 292 000 years away
   */
  public static long of(Instant at) {
    return Math.addExact(Math.multiplyExact(at.getEpochSecond(), PER_SECOND), at.getNano() / NANOS);
  }

  /** Returns the instant this many microseconds after 1970. */
  public static Instant toInstant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
