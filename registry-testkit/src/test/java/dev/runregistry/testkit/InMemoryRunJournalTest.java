package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunJournal;
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
  protected boolean isArchived(RunId id) {
    return journal.isArchived(id);
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
