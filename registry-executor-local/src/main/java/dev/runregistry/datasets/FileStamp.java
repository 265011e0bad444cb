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
 * What tells a file from all that was there before it: where it is, its size and its times. Nobody
 * can choose the time of its last change, which every write and every change of its name or its
 * rights sets; only one that follows another before the clock of the file system has moved on
 * leaves it as it was.
 */
record FileStamp(Map<String, Object> attributes) {
  private static final String CHANGED = "ctime";
  private static final String ATTRIBUTES = "unix:dev,ino,size,lastModifiedTime," + CHANGED;

  /** That of the file at the end of all links; empty if it cannot be told, or there is none. */
  static Optional<FileStamp> of(Path file) {
    try {
      return Optional.of(new FileStamp(Files.readAttributes(file, ATTRIBUTES)));
    } catch (IOException | UnsupportedOperationException e) { // the latter where it is not Unix
      return Optional.empty();
    }
  }

  /** The time of its last change, whatever that was. */
  Instant changed() {
    return ((FileTime) requireNonNull(attributes.get(CHANGED))).toInstant();
  }
}
