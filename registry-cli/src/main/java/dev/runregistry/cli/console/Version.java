package dev.runregistry.cli.console;

import picocli.CommandLine.IVersionProvider;

/** The version of the registry, and of the Java that runs it. */
public final class Version implements IVersionProvider {
  /** A new one, as picocli takes it. */
  public static IVersionProvider provider() {
    return new Version();
  }

  @Override
  public String[] getVersion() {
    return new String[] {"registry " + VersionNumber.TEXT + " (Java " + Runtime.version() + ")"};
  }
}
