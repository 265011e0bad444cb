package dev.runregistry.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.dataset.DatasetException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatasetDiagnosticsTest {
  private final DatasetDiagnostics file =
      new DatasetDiagnostics(new DatasetKey("math"), "manifest.json");

  /** What was seen: EMFILE on a server without descriptors, and the dataset was to blame. */
  @Test
  void a_data_set_that_could_not_be_opened_was_called_not_well_formed() {
    for (IOException e :
        List.of(
            new FileSystemException("/x", null, "Too many open files"),
            new AccessDeniedException("/x"),
            new IOException("Input/output error"))) {
      assertThat(file.unreadable(e)).hasMessage("The dataset math cannot be read");
    }
    DatasetException emfile =
        file.unreadable(new FileSystemException("/x", null, "Too many open files"));
    assertThat(emfile.explanation())
        .isEqualTo("math/manifest.json: cannot be read: Too many open files");
  }

  @Test
  void a_file_that_is_absent_or_no_text_is_a_defect_of_the_data_set() {
    for (IOException e : List.of(new NoSuchFileException("/x"), new MalformedInputException(1))) {
      assertThat(file.unreadable(e)).hasMessage("The dataset math is not well formed");
    }
  }
}
