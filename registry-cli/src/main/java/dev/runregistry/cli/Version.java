package dev.runregistry.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Which registry this is, and which Java runs it. */
final class Version implements IVersionProvider {
  private static final String NAME = "version=";

  @Override
  public String[] getVersion() {
    return new String[] {"registry " + number() + " (Java " + Runtime.version() + ")"};
  }

  /** Only the number, such as {@code 1.2.0}. */
  static String number() {
    try (InputStream file =
        Objects.requireNonNull(Version.class.getResourceAsStream("version.properties"))) {
      // written by the build; each run reads it before its child starts, so not by Properties
      String build = new String(file.readAllBytes(), StandardCharsets.US_ASCII);
      return build.substring(build.indexOf(NAME) + NAME.length()).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
