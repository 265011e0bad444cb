package dev.runregistry.cli;

/**
 * How the parts of the registry, and the libraries below them, say on stderr what goes wrong. Set
 * up before the first of them is loaded.
 */
final class Logging {
  private static final String PREFIX = "org.slf4j.simpleLogger.";
  private static final String OURS = PREFIX + "log.dev.runregistry";

  private Logging() {}

  /** Sets up what slf4j-simple reads once, when the first logger is made. */
  static void configure(LogLevel level) {
    System.setProperty(PREFIX + "showThreadName", "false");
    System.setProperty(PREFIX + "showLogName", "false");
    // the libraries' warnings are details of what we report ourselves
    System.setProperty(PREFIX + "defaultLogLevel", level.isVerbose() ? "info" : "error");
    System.setProperty(OURS, level.text());
  }

  /** Whether stack traces are wanted. */
  static boolean isVerbose() {
    return LogLevel.DEBUG.text().equals(System.getProperty(OURS));
  }
}
