package dev.runregistry.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Creates fifos: to open one blocks until something is written to it. */
public final class Fifo {
  private Fifo() {}

  /** Creates a fifo where there is no file, and returns its path. */
  public static Path at(Path file) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    return file;
  }

  /** Replaces the file, if there is one, by a fifo, and returns its path. */
  public static Path inPlaceOf(Path file) throws IOException, InterruptedException {
    Files.deleteIfExists(file);
    return at(file);
  }
}
