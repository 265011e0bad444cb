package dev.runregistry.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegularFilesTest {
  @TempDir private Path folder;

  @Test
  void an_interrupt_makes_no_other_kind_of_file_of_it() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> RegularFiles.open(file))
          .isInstanceOf(ClosedByInterruptException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void a_file_is_cut_and_what_a_link_leads_to_is_not() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);

    assertThatThrownBy(() -> RegularFiles.truncate(link, 4)).isInstanceOf(IOException.class);
    assertThat(file).hasContent("0123456789");

    RegularFiles.truncate(file, 4);
    assertThat(file).hasContent("0123");
    assertThatThrownBy(() -> RegularFiles.truncate(folder.resolve("none"), 4))
        .isInstanceOf(NoSuchFileException.class);
  }
}
