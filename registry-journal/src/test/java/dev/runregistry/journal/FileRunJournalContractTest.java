package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.testkit.RunJournalContract;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRunJournalContractTest extends RunJournalContract {
  private FileRunJournal home;

  @BeforeEach
  void makeHome(@TempDir Path folder) {
    home = FileRunJournal.at(folder.resolve("some/home"));
  }

  @Override
  protected RunJournal journal() {
    return home;
  }

  @Override
  protected Optional<Run> begun(RunId id) {
    return note(id, "run.json").map(bytes -> read(() -> RunJson.readStarted(bytes).run()));
  }

  @Override
  protected Optional<Run> ended(RunId id) {
    return note(id, "outcome.json").map(bytes -> read(() -> RunJson.readEnded(bytes)));
  }

  @Override
  protected boolean isArchived(RunId id) {
    return Files.exists(runs("done", id)) && !Files.exists(runs("active", id));
  }

  @Test
  void an_interrupted_thread_can_note_a_run_all_the_same() {
    Run running = Runs.running();
    Run ended = Runs.ended(running, Runs.exited(0));
    Thread.currentThread().interrupt();

    home.begin(running);
    home.end(ended);
    home.archive(running.id());

    assertThat(Thread.interrupted()).isTrue();
    assertThat(ended(running.id())).contains(ended);
  }

  private Optional<byte[]> note(RunId id, String name) {
    return Stream.of("active", "done")
        .map(state -> runs(state, id).resolve(name))
        .filter(Files::exists)
        .map(file -> read(() -> Files.readAllBytes(file)))
        .findFirst();
  }

  private Path runs(String state, RunId id) {
    return home.folder().resolve("runs").resolve(state).resolve(id.toString());
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private static <T> T read(Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
