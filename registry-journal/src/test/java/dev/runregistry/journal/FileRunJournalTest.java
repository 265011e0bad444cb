package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.testkit.FileTree;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileRunJournalTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "{\"format\":1}", "{\"format\":1,\"user\":\"\",\"at_us\":1}", "/"})
  void a_request_to_cancel_that_a_run_has_damaged_is_none_and_can_be_made_again(String content)
      throws IOException {
    FileRunJournal home = FileRunJournal.at(folder);
    Run running = Runs.running();
    home.begin(running);
    Path file = home.workspace(running.id()).orElseThrow().resolve("cancel.json");
    if (content.equals("/")) {
      Files.createDirectory(file);
    } else {
      Files.writeString(file, content);
    }
    assertThat(home.cancelRequest(running.id())).isEmpty();

    CancelRequest request = new CancelRequest("ann", Runs.NOON);
    assertThat(home.requestCancel(running.id(), request)).isTrue();

    assertThat(home.cancelRequest(running.id())).contains(request);
  }

  @Test
  void the_journal_of_another_home_is_found_by_the_workspace_of_an_active_run_only() {
    FileRunJournal other = FileRunJournal.at(folder.resolve("other"));
    FileRunJournal home = FileRunJournal.at(folder.resolve("home"));
    Run running = Runs.running();
    other.begin(running);
    Path workspace = other.workspace(running.id()).orElseThrow();

    assertThat(home.ofWorkspace(workspace).orElseThrow().active()).containsExactly(running.id());

    for (Path none :
        List.of(
            workspace.resolveSibling("x"),
            workspace.resolveSibling(Runs.id().toString()),
            workspace.getParent(),
            Path.of("/"))) {
      assertThat(home.ofWorkspace(none)).isEmpty();
    }
    other.end(Runs.ended(running, Runs.exited(0)));
    other.archive(running.id());
    assertThat(home.ofWorkspace(workspace)).isEmpty();
    assertThat(home.ofWorkspace(other.workspace(running.id()).orElseThrow())).isEmpty();
  }

  @Test
  void nothing_is_made_before_the_first_run() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder.resolve("home"));

    assertThat(home.activeRuns()).isZero();
    assertThat(home.workspace(Runs.id())).isEmpty();
    assertThat(home.databaseFile()).isEqualTo(folder.resolve("home/registry.db"));
    assertThat(FileTree.below(folder)).isEmpty();
  }

  /** What was seen: the server was ready, and every run was refused. */
  @Test
  void a_home_that_cannot_be_written_fails_its_probe() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder.resolve("home"));
    home.probe();
    List<Path> before = FileTree.below(folder);
    home.probe();
    assertThat(FileTree.below(folder)).isEqualTo(before);

    Files.delete(folder.resolve("home/runs/starting"));
    Files.createFile(folder.resolve("home/runs/starting"));

    assertThatThrownBy(home::probe)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("cannot be written");
  }

  @Test
  void a_relative_home_stays_where_it_was() {
    assertThat(FileRunJournal.at(Path.of("a/../home")).folder())
        .isEqualTo(Path.of("home").toAbsolutePath());
  }

  @Test
  void only_the_owner_can_read_it() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder.resolve("home"));
    Run running = Runs.running();
    home.begin(running);
    home.end(Runs.ended(running, new RunOutcome.Exited(0, Runs.output("secret", ""))));

    assertThat(permissions(folder.resolve("home"))).isEqualTo("rwx------");
    for (Path path : FileTree.below(folder.resolve("home"))) {
      assertThat(permissions(path))
          .as(path.toString())
          .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void runs_that_need_attention_are_counted() {
    FileRunJournal home = FileRunJournal.at(folder);
    Run one = Runs.running();
    home.begin(one);
    home.begin(Runs.running());
    assertThat(home.activeRuns()).isEqualTo(2);

    home.end(Runs.ended(one, Runs.exited(0)));
    home.archive(one.id());

    assertThat(home.activeRuns()).isEqualTo(1);
  }

  @Test
  void a_home_that_is_a_file_is_named_and_stays_as_it_is() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "precious");
    Run running = Runs.running();

    for (Path home : List.of(file, file.resolve("below"))) {
      assertThatThrownBy(() -> FileRunJournal.at(home).begin(running))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining(running.id().toString())
          .hasMessageContaining(file + " is not a directory");
    }
    assertThat(file).hasContent("precious");
  }

  @Test
  void what_stands_in_the_way_of_the_note_is_named_and_nothing_is_left_behind() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder);
    home.begin(Runs.running());
    Path active = folder.resolve("runs/active");
    Files.move(active, folder.resolve("runs/elsewhere"));
    Files.writeString(active, "in the way");
    Run running = Runs.running();

    assertThatThrownBy(() -> home.begin(running))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(active + " is not a directory");
    assertThat(FileTree.below(folder))
        .noneMatch(path -> path.toString().contains(running.id().toString()));
  }

  @Test
  void the_note_says_who_carries_the_run_out() throws IOException {
    Run running = Runs.running();
    FileRunJournal.at(folder).begin(running);

    OwnerIdentity owner =
        RunJson.readStarted(
                Files.readAllBytes(folder.resolve("runs/active/" + running.id() + "/run.json")))
            .owner();

    assertThat(owner).isEqualTo(OwnerIdentity.current(ProcessTable.ofThisHost()));
    assertThat(owner.process().pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(owner.process().startTime()).isPositive();
    assertThat(owner.bootId()).hasSize(36);
    assertThat(owner.pidNamespace()).startsWith("pid:[");
    assertThat(owner.host()).isNotBlank();
  }

  @Test
  void half_a_note_of_a_killed_writer_is_written_over() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder);
    Run running = Runs.running();
    home.begin(running);
    Path run = folder.resolve("runs/active/" + running.id());
    Files.writeString(run.resolve("outcome.json.tmp"), "{\"form");

    home.end(Runs.ended(running, Runs.exited(1)));

    assertThat(run.resolve("outcome.json.tmp")).doesNotExist();
    assertThat(RunJson.readEnded(Files.readAllBytes(run.resolve("outcome.json"))).exitCode())
        .isEqualTo(1);
  }

  /** What was seen: its ending was recorded again by each reconcile, for ever. */
  @Test
  void an_ending_of_another_run_in_its_place_is_put_aside() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder);
    Run other = Runs.running();
    home.begin(other);
    home.end(Runs.ended(other, Runs.exited(1)));
    Run running = Runs.running();
    home.begin(running);
    Path active = folder.resolve("runs/active");
    Files.copy(
        active.resolve(other.id() + "/outcome.json"),
        active.resolve(running.id() + "/outcome.json"));

    Run ended = Runs.ended(running, Runs.exited(0));
    home.end(ended);

    assertThat(home.read(running.id())).contains(new JournalEntry.Ended(ended));
  }

  @Test
  void an_entry_that_cannot_be_withdrawn_yet_stays_locked_and_is_withdrawn_later()
      throws IOException {
    FileRunJournal home = FileRunJournal.at(folder);
    Run running = Runs.running();
    home.begin(running);
    Path staging = folder.resolve("runs/starting");
    Files.delete(staging);
    Files.writeString(staging, "in the way");

    assertThatThrownBy(() -> home.withdraw(running.id()))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("did not start and cannot be removed yet");
    assertThat(home.tryLock(running.id())).as("still locked").isFalse();

    Files.delete(staging);
    Files.createDirectory(staging);
    home.discardStaged();

    assertThat(home.active()).isEmpty();
    assertThat(home.tryLock(running.id())).isFalse();
    assertThat(FileTree.below(folder))
        .noneMatch(path -> path.toString().contains(running.id().toString()));
  }

  /** A link to itself stands for a file that fails for a while: not there, and not missing. */
  @Test
  void an_entry_that_cannot_be_read_is_an_error_and_not_an_absent_one() throws IOException {
    FileRunJournal home = FileRunJournal.at(folder);
    Run running = Runs.running();
    home.begin(running);
    home.unlock(running.id());
    Path place = folder.resolve("runs/active/" + running.id());
    Path moved = Files.move(place, folder.resolve("moved"));
    Files.createSymbolicLink(place, place.getFileName());

    assertThatThrownBy(() -> home.read(running.id())).isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> home.database(running.id())).isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> home.bind(running.id(), DatabaseIdentity.UNKNOWN))
        .isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> home.end(Runs.ended(running, Runs.exited(0))))
        .isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> home.tryLock(running.id())).isInstanceOf(JournalException.class);

    Files.delete(place);
    Files.move(moved, place);
    assertThat(home.read(running.id())).isPresent();
  }
}
