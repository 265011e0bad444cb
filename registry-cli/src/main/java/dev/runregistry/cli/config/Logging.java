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
   *
   * @param json whether each message is a line of JSON
   */
  public static void configureServer(LogLevel level, boolean json) {
    configure(level);
    if (json) {
      configureJson(level);
      return;
    }
    System.setProperty(PREFIX + "showDateTime", "true");
    System.setProperty(PREFIX + "dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    if (!level.isVerbose()) {
      System.setProperty(PREFIX + "defaultLogLevel", "warn");
    }
  }

  /** Selects Logback, which only the server has on its class path, with logging-json.xml. */
  private static void configureJson(LogLevel level) {
    System.setProperty("slf4j.provider", "ch.qos.logback.classic.spi.LogbackServiceProvider");
    System.setProperty("logback.configurationFile", "dev/runregistry/cli/logging-json.xml");
    System.setProperty("registry.log.level", level.text());
    System.setProperty("registry.log.libraries", level.isVerbose() ? "info" : "warn");
  }

  /** Returns whether stack traces are printed. */
  public static boolean isVerbose() {
    return LogLevel.DEBUG.text().equals(System.getProperty(OURS));
  }
}
