package dev.runregistry.cli.text;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.TimeZone;

/**
 * The time zone of the user, in which times are printed. PostgreSQL's driver sends the default zone
 * of the JVM to the server, which refuses a name that only Java knows, such as {@code JST}.
 */
public final class LocalZone {
  private static final ZoneId ZONE = ZoneId.systemDefault();

  private LocalZone() {}

  /** Returns the zone that the JVM was started with. */
  public static ZoneId get() {
    return ZONE;
  }

  /** Lets the driver send UTC. No time that is stored depends on it. */
  public static void hideFromDriver() {
    if (!ZONE.equals(ZoneOffset.UTC)) {
      TimeZone.setDefault(TimeZone.getTimeZone(ZoneOffset.UTC));
    }
  }
}
