package dev.runregistry.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The number of this version. Each run reads it before its child starts: no picocli here. */
final class VersionNumber {
  private static final String NAME = "version=";

  private VersionNumber() {}

  /** Reads it, such as {@code 1.2.0}, from what the build has written. */
  static String read() {
    try (InputStream file =
        Objects.requireNonNull(VersionNumber.class.getResourceAsStream("version.properties"))) {
      String build = new String(file.readAllBytes(), StandardCharsets.US_ASCII); // one line
      return build.substring(build.indexOf(NAME) + NAME.length()).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
