package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.process.Fifo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a power cut, a run or a user has damaged or left in the directories of the journal. */
class DamagedJournalTest {
  @TempDir private Path folder;
  private FileRunJournal home;

  @BeforeEach
  void open() {
    home = FileRunJournal.at(folder);
  }

  private JournalEntry read(Run run) {
    return home.read(run.id()).orElseThrow();
  }

  @Test
  void a_fifo_instead_of_the_claim_keeps_nobody_waiting() throws Exception {
    Run run = Runs.running();
    home.begin(run);
    home.unlock(run.id());
    Fifo.inPlaceOf(home.activeFolder(run.id()).lockFile());

    assertThat(home.tryLock(run.id())).isTrue();
  }

  @Test
  void the_database_that_a_run_is_bound_to_is_known_also_when_its_note_is_damaged()
      throws IOException {
    DatabaseIdentity database =
        new DatabaseIdentity("jdbc:sqlite:/registry.db", Optional.of(new UUID(7, 7)));
    Run running = Runs.running();
    home.begin(running, new DatabaseIdentity("jdbc:sqlite:/registry.db", Optional.empty()));
    home.bind(running.id(), database);
    Files.writeString(home.activeFolder(running.id()).started(), "{");

    assertThat(home.database(running.id())).isEqualTo(database);
    Files.writeString(home.activeFolder(running.id()).path().resolve("database.json"), "\0\0\0");
    assertThat(home.database(running.id())).isEqualTo(DatabaseIdentity.UNKNOWN);
    home.quarantine(running.id().toString());
    home.unlock(running.id());
  }

  @Test
  void a_note_that_is_no_note_is_damaged_and_one_of_a_newer_registry_is_not() throws IOException {
    Run run = Runs.running();
    home.begin(run);
    RunDirectory its = home.activeFolder(run.id());
    byte[] good = Files.readAllBytes(its.started());

    for (String bad :
        List.of("", "{", "[]", "null", "\0\0\0", "{\"format\":1}", "{\"format\":\"x\"}")) {
      Files.writeString(its.started(), bad);
      assertThat(read(run)).as(bad).isInstanceOf(JournalEntry.Corrupt.class);
    }
    Run other = Runs.running();
    home.begin(other);
    Files.copy(
        home.activeFolder(other.id()).started(),
        its.started(),
        StandardCopyOption.REPLACE_EXISTING);
    home.withdraw(other.id());
    assertThat(read(run)).isEqualTo(new JournalEntry.Corrupt("run.json: it is of another run"));
    Files.delete(its.started());
    assertThat(read(run)).isEqualTo(new JournalEntry.Corrupt("there is no run.json"));

    Files.writeString(its.started(), "{\"format\":3}");
    assertThatThrownBy(() -> read(run))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("format 3");
    Files.write(its.started(), good);
    assertThat(read(run)).isInstanceOf(JournalEntry.Begun.class);
  }

  @Test
  void a_damaged_ending_is_kept_beside_and_found_out_again() throws IOException {
    Run run = Runs.running();
    home.begin(run);
    RunDirectory its = home.activeFolder(run.id());
    Files.writeString(its.ended(), "{\"form");
    assertThat(read(run)).isInstanceOf(JournalEntry.Begun.class);

    home.end(Runs.ended(run, Runs.lost()));

    assertThat(its.path().resolve("outcome.json.damaged")).hasContent("{\"form");
    assertThat(read(run)).isInstanceOf(JournalEntry.Ended.class);
  }

  @Test
  void what_lies_about_is_told_apart_and_set_aside() throws IOException {
    Path active = folder.resolve("runs/active");
    Files.createDirectories(active.resolve("holiday photos"));
    Files.writeString(active.resolve("notes.txt"), "n");
    Files.writeString(active.resolve(".nfs0001"), "");
    String upperCase = Runs.id().toString().toUpperCase(Locale.ROOT).replace('0', 'A');
    Files.createDirectories(active.resolve(upperCase));

    assertThat(home.active()).isEmpty();
    assertThat(home.unrecognized())
        .containsExactlyInAnyOrder("holiday photos", "notes.txt", upperCase);

    assertThat(home.quarantine("notes.txt")).startsWith("runs/damaged/notes.txt-");
    assertThat(home.unrecognized()).doesNotContain("notes.txt");
    assertThatThrownBy(() -> home.quarantine("notes.txt")).isInstanceOf(JournalException.class);
  }

  @Test
  void a_journal_that_cannot_be_listed_is_an_error_and_not_empty() throws IOException {
    assertThat(home.active()).isEmpty();
    Files.createDirectories(folder.resolve("runs"));
    Files.writeString(folder.resolve("runs/active"), "in the way");

    assertThatThrownBy(home::active).isInstanceOf(JournalException.class);
    Files.delete(folder.resolve("runs/active"));
  }

  @Test
  void a_note_of_a_registry_that_died_while_it_wrote_it_is_not_among_the_runs() throws IOException {
    Files.createDirectories(folder.resolve("runs/starting/" + Runs.id()));

    assertThat(home.active()).isEmpty();
    assertThat(home.unrecognized()).isEmpty();
  }

  @Test
  void an_interrupted_thread_can_claim_a_run_all_the_same() {
    Run run = Runs.running();
    home.begin(run);
    home.unlock(run.id());
    Thread.currentThread().interrupt();

    assertThat(home.tryLock(run.id())).isTrue();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(home.tryLock(run.id())).isFalse();
  }

  /** A link to itself stands for a directory that fails for a while: not there, and not missing. */
  @Test
  void what_cannot_be_read_at_the_moment_is_an_error_and_not_absent() throws IOException {
    Run run = Runs.running();
    home.begin(run);
    home.unlock(run.id());
    for (String name : List.of("active", "done", "starting")) {
      Path directory = folder.resolve("runs/" + name);
      Files.move(directory, folder.resolve("runs/good-" + name));
      Files.createSymbolicLink(directory, directory);
    }

    List<ThrowingCallable> calls =
        List.of(
            home::active,
            home::archived,
            home::discardStaged,
            home::probe,
            () -> home.read(run.id()),
            () -> home.archived(run.id()),
            () -> home.database(run.id()),
            () -> home.tryLock(run.id()),
            () -> home.begin(Runs.running()),
            () -> home.bind(run.id(), DatabaseIdentity.UNKNOWN),
            () -> home.withdraw(run.id()),
            home::discardStaged, // tries once more to withdraw it
            () -> home.end(Runs.ended(run, Runs.lost())),
            () -> home.archive(run.id()),
            () -> home.quarantine("notes.txt"),
            () -> home.prune(Instant.MAX, true));
    for (int i = 0; i < calls.size(); i++) {
      assertThatThrownBy(calls.get(i)).as("call %d", i).isInstanceOf(JournalException.class);
    }
  }

  @Test
  void a_home_or_an_entry_that_is_none_is_an_error() throws IOException {
    FileRunJournal file = FileRunJournal.at(Files.createFile(folder.resolve("file")));
    Path link = folder.resolve("link");
    FileRunJournal loop = FileRunJournal.at(Files.createSymbolicLink(link, link));
    Path entry = folder.resolve("runs/active/" + Runs.id());
    Files.createSymbolicLink(
        Files.createDirectories(entry.getParent()).resolve(entry.getFileName()), entry);

    assertThatThrownBy(() -> file.begin(Runs.running())).isInstanceOf(JournalException.class);
    assertThatThrownBy(loop::discardStaged).isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> home.countAwaitingRepository(DatabaseIdentity.UNKNOWN))
        .isInstanceOf(JournalException.class);
  }
}
