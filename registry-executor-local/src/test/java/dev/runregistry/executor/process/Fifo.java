package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes what keeps everything that opens it waiting until something is written to it. */
public final class Fifo {
  private Fifo() {}

  public static Path at(Path file) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    return file;
  }

  public static Path inPlaceOf(Path file) throws IOException, InterruptedException {
    Files.deleteIfExists(file);
    return at(file);
  }
}
