package dev.runregistry.cli.config;

/**
 * How the parts of the registry, and the libraries below them, say on stderr what goes wrong. Set
 * up before the first of them is loaded.
 */
public final class Logging {
  private static final String PREFIX = "org.slf4j.simpleLogger.";
  private static final String OURS = PREFIX + "log.dev.runregistry";

  private Logging() {}

  /** Sets up what slf4j-simple reads once, when the first logger is made. */
  public static void configure(LogLevel level) {
    // the libraries' warnings are details of what we report ourselves
    System.setProperty(PREFIX + "defaultLogLevel", level.isVerbose() ? "info" : "error");
    System.setProperty(OURS, level.text());
  }

  /**
   * The same for a server, whose messages are read later, in a log: with their times, and with the
   * warnings of the libraries.
   */
  public static void configureServer(LogLevel level) {
    configure(level);
    System.setProperty(PREFIX + "showDateTime", "true");
    System.setProperty(PREFIX + "dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    if (!level.isVerbose()) {
      System.setProperty(PREFIX + "defaultLogLevel", "warn");
    }
  }

  /** Returns whether stack traces are printed. */
  public static boolean isVerbose() {
    return LogLevel.DEBUG.text().equals(System.getProperty(OURS));
  }
}
