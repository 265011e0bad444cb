package dev.runregistry.cli.console;

import picocli.CommandLine.IVersionProvider;

/** Which registry this is, and which Java runs it. */
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
