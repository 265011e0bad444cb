package dev.runregistry.datasets;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Distinguishes a version of a file from all earlier ones: its identity, its size and its times.
 * The time of its last change (ctime) cannot be set by a program: every write and every change of
 * its name or its permissions sets it; only a change that follows another within one tick of the
 * file system's clock leaves it unchanged.
 */
record FileStamp(Map<String, Object> attributes) {
  private static final String CHANGED = "ctime";
  private static final String ATTRIBUTES = "unix:dev,ino,size,lastModifiedTime," + CHANGED;

  /** Returns that of the file at the end of all links; empty if it cannot be read or is missing. */
  static Optional<FileStamp> of(Path file) {
    try {
      return Optional.of(new FileStamp(Files.readAttributes(file, ATTRIBUTES)));
    } catch (IOException | UnsupportedOperationException e) { // the latter if it is not Unix
      return Optional.empty();
    }
  }

  /** Returns the time of its last change of any kind. */
  Instant changed() {
    return ((FileTime) requireNonNull(attributes.get(CHANGED))).toInstant();
  }
}
