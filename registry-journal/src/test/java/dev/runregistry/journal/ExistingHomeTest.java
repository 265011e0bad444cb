package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.port.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found out of a home without changing it. */
class ExistingHomeTest {
  @TempDir private Path folder;

  @Test
  void a_home_is_probed_without_a_trace() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder);

    assertThat(home.probeExisting()).isTrue();

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void a_file_in_place_of_a_directory_cannot_be_written() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder);
    Files.createDirectory(folder.resolve("runs"));
    Files.createFile(folder.resolve("runs/active"));

    assertThatThrownBy(home::probeExisting)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("runs/active cannot be written");
  }

  @Test
  void quarantined_entries_are_named() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder);
    assertThat(home.quarantined()).isEmpty();
    Files.createDirectories(folder.resolve("runs/active/junk"));

    home.quarantine("junk");

    assertThat(home.quarantined()).singleElement().asString().startsWith("junk-");
  }
}
