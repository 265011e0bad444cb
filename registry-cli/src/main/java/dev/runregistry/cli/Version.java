package dev.runregistry.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which registry this is, and which Java runs it. */
final class Version implements IVersionProvider {
  /** A new one, as picocli takes it. */
  static IVersionProvider provider() {
    return new Version();
  }

  @Override
  public String[] getVersion() throws IOException {
    Properties build = new Properties();
    try (InputStream file =
        Objects.requireNonNull(Version.class.getResourceAsStream("version.properties"))) {
      build.load(file); // written by the build
    }
    return new String[] {
      "registry " + build.getProperty("version") + " (Java " + Runtime.version() + ")"
    };
  }
}
