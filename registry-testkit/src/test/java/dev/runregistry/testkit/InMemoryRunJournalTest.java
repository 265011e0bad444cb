package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Dataset;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunJournal;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InMemoryRunJournalTest extends RunJournalContract {
  private final InMemoryRunJournal journal = new InMemoryRunJournal();

  @Override
  protected RunJournal journal() {
    return journal;
  }

  @Override
  protected Optional<Run> begun(RunId id) {
    return journal.begun(id);
  }

  @Override
  protected Optional<Run> ended(RunId id) {
    return journal.ended(id);
  }

  @Override
  protected boolean isSettled(RunId id) {
    return journal.isSettled(id);
  }

  @Test
  void a_configuration_is_remembered() {
    Run running = Runs.running();
    Dataset dataset = new Dataset(new DatasetKey("m"), "M", "1", 1, Path.of("/m/dataset.jsonl"));
    journal.begin(running);
    assertThat(journal.configuredFor(running.id())).isEmpty();

    journal.configure(running, dataset);

    assertThat(journal.configuredFor(running.id())).contains(dataset);
  }

  @Test
  void it_fails_while_it_is_told_to() {
    Run running = Runs.running();
    journal.failWith("the disk is full");

    assertThatThrownBy(() -> journal.begin(running))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("the disk is full");

    journal.failWith(null);
    journal.begin(running);
    assertThat(journal.begun(running.id())).contains(running);
  }
}
