package dev.runregistry.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.testkit.process.Fifo;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

  @Test
  void only_a_regular_file_is_opened_and_nothing_else_keeps_its_reader_waiting() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    Path fifo = Fifo.at(folder.resolve("fifo"));

    for (Path other : List.of(fifo, folder, Path.of("/dev/zero"))) {
      assertThatThrownBy(() -> RegularFiles.open(other))
          .isInstanceOf(NotRegularFileException.class)
          .hasMessageContaining(other.toString());
    }
    assertThatThrownBy(() -> RegularFiles.open(link, LinkOption.NOFOLLOW_LINKS))
        .isInstanceOf(NotRegularFileException.class);
    assertThatThrownBy(() -> RegularFiles.open(folder.resolve("none"), LinkOption.NOFOLLOW_LINKS))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(RegularFiles.read(link, 10)).asString().isEqualTo("0123456789");
    assertThat(RegularFiles.read(file, 10, LinkOption.NOFOLLOW_LINKS)).hasSize(10);
  }

  @Test
  void no_more_is_read_than_is_wanted() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");

    assertThat(RegularFiles.readHead(file, 4)).asString().isEqualTo("0123");
    assertThatThrownBy(() -> RegularFiles.read(file, 9))
        .isInstanceOf(FileTooLargeException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void a_dangling_link_is_there_and_what_is_not_there_has_its_name_in_the_reason()
      throws IOException {
    Path none = folder.resolve("none");
    assertThat(RegularFiles.exists(none)).isFalse();
    assertThat(RegularFiles.exists(Files.createSymbolicLink(folder.resolve("link"), none)))
        .isTrue();

    assertThat(FileErrors.reason(new NoSuchFileException(none.toString())))
        .isEqualTo(none + " does not exist");
    assertThat(FileErrors.reason(new AccessDeniedException("/f", null, "Not yours")))
        .isEqualTo("Not yours");
    assertThat(FileErrors.reason(new IOException("full"))).isEqualTo("full");
  }

  /** On JDK 25, what was below a file in place of a directory counted as a missing file. */
  @Test
  void below_a_file_it_is_unknown_whether_there_is_a_file() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    for (Path below : List.of(file.resolve("a"), file.resolve("a/b"))) {
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> RegularFiles.exists(below),
              () -> RegularFiles.open(below),
              () -> RegularFiles.lastModified(below))) {
        assertThatThrownBy(call)
            .isInstanceOf(FileSystemException.class)
            .isNotInstanceOf(NoSuchFileException.class);
      }
    }
    assertThat(RegularFiles.exists(folder.resolve("none/a"))).isFalse();
  }
}
