package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.port.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class HomeIdTest {
  @TempDir private Path folder;
  private Path home;

  @BeforeEach
  void choose() {
    home = folder.resolve("home");
  }

  private UUID id() {
    return FileRunJournal.at(home).homeId().orElseThrow();
  }

  @Test
  void a_home_keeps_its_identifier_and_another_has_another() throws IOException {
    UUID id = id();

    assertThat(id()).isEqualTo(id);
    assertThat(home.resolve("home-id")).hasContent(id + "\n");
    assertThat(FileRunJournal.at(folder.resolve("other")).homeId().orElseThrow()).isNotEqualTo(id);
    Path moved = Files.move(home, folder.resolve("moved"));
    assertThat(FileRunJournal.at(moved).homeId()).contains(id);
  }

  @Test
  void of_many_that_create_it_at_once_one_does() {
    Set<UUID> seen = ConcurrentHashMap.newKeySet();

    IntStream.range(0, 64).parallel().forEach(i -> seen.add(id()));

    assertThat(seen).hasSize(1);
  }

  @Test
  void a_file_without_an_identifier_is_kept_aside_and_replaced() throws IOException {
    for (String damaged : new String[] {"", "\0\0\0", "1-1-1-1-1\n", "no"}) {
      Files.createDirectories(home);
      Files.writeString(home.resolve("home-id"), damaged);

      UUID id = id();

      assertThat(id()).isEqualTo(id);
      try (Stream<Path> files = Files.list(home)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .anyMatch(name -> name.startsWith("home-id") && name.contains("damaged"));
      }
    }
  }

  @Test
  void a_file_that_cannot_be_read_is_no_file_that_is_not_there() throws IOException {
    Files.createDirectories(home.resolve("home-id"));

    assertThatThrownBy(this::id)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(home.toString());
    assertThat(home.resolve("home-id")).isDirectory();
  }
}
