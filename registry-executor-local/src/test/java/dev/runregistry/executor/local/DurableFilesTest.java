package dev.runregistry.executor.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
  @TempDir Path folder;

  private interface Writing {
    void write(Path file, byte[] content) throws IOException;
  }

  /** Whoever is interrupted has a run to end, and for that its files are needed. */
  private void assertWritesUnderAnInterrupt(String name, Writing how) throws IOException {
    Path file = folder.resolve(name);
    Thread.currentThread().interrupt();
    try {
      how.write(file, "x".getBytes(UTF_8));
    } finally {
      assertThat(Thread.interrupted()).as("still to be seen").isTrue();
    }
    assertThat(Files.readString(file)).isEqualTo("x");
  }

  @Test
  void a_run_that_was_interrupted_at_its_start_was_refused_because_its_files_could_not_be_made()
      throws IOException {
    assertWritesUnderAnInterrupt("created", DurableFiles::create);
    assertWritesUnderAnInterrupt("written", DurableFiles::write);
    assertWritesUnderAnInterrupt("unseen", DurableFiles::writeUnseen);
  }
}
