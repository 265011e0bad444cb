package dev.runregistry.cli.console;

/** The number of this version. A class, because each run needs it and to read a file opens jars. */
public final class VersionNumber {
  /** Such as {@code 1.2.0}; what the build has put here. */
  public static final String TEXT = "${project.version}";

  private VersionNumber() {}
}
