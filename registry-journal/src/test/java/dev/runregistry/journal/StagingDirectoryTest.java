package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a registry leaves that is killed while it stages the entry of a run. */
class StagingDirectoryTest {
  @TempDir private Path folder;
  private Path starting;
  private FileRunJournal home;

  @BeforeEach
  void open() throws IOException {
    home = FileRunJournal.at(folder);
    starting = Files.createDirectories(folder.resolve("runs/starting"));
  }

  private RunDirectory beginning(RunId id, String... files) throws IOException {
    RunDirectory made = RunDirectory.in(starting, id);
    Files.createDirectory(made.path());
    for (String file : files) {
      Files.writeString(made.path().resolve(file), "{");
    }
    return made;
  }

  private static Stream<Path> in(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.toList().stream();
    }
  }

  @Test
  void what_a_registry_was_about_to_begin_when_it_was_killed_does_not_stay_for_ever()
      throws IOException {
    beginning(Runs.id());
    beginning(Runs.id(), "claim");
    beginning(Runs.id(), "claim", "run.json.tmp");
    beginning(Runs.id(), "claim", "run.json");

    home.discardStaged();

    assertThat(in(starting)).isEmpty();
    assertThat(home.active()).isEmpty();
  }

  /** What was seen: of the files of an entry, the disk had the second and not the first. */
  @Test
  void an_entry_whose_lock_file_a_power_cut_has_taken_does_not_stay() throws IOException {
    beginning(Runs.id(), "run.json");

    home.discardStaged();

    assertThat(in(starting)).isEmpty();
  }

  @Test
  void what_somebody_is_about_to_begin_stays() throws IOException {
    RunId id = Runs.id();
    RunDirectory made = beginning(id, "run.json");
    assertThat(RunLocks.tryLock(id, made.lockFile())).isTrue();

    home.discardStaged();

    assertThat(made.started()).hasContent("{");
    RunLocks.unlock(id);
  }

  @Test
  void one_who_clears_up_and_is_killed_leaves_nothing_either() throws IOException {
    Files.createDirectory(starting.resolve(Runs.id() + "-discarded-" + UUID.randomUUID()));

    home.discardStaged();

    assertThat(in(starting)).isEmpty();
  }

  @Test
  void what_an_earlier_version_had_staged_with_a_key_does_not_stay() throws IOException {
    beginning(Runs.id(), "claim", "key.json", "run.json");

    home.discardStaged();

    assertThat(in(starting)).isEmpty();
  }

  @Test
  void an_entry_that_cannot_be_staged_leaves_nothing() throws IOException {
    RunId id = Runs.id();
    assertThat(RunLocks.tryLock(id, folder.resolve("claim"))).isTrue();

    assertThatThrownBy(
            () -> new StagingDirectory(starting).stage(id, RunDirectory.STARTED, new byte[0]))
        .isInstanceOf(FileAlreadyExistsException.class);

    assertThat(in(starting)).isEmpty();
    RunLocks.unlock(id);
  }

  @Test
  void an_entry_with_files_of_others_keeps_these() throws IOException {
    RunDirectory left = beginning(Runs.id(), "claim", "run.json", "theirs");

    home.discardStaged();

    assertThat(left.path().resolve("theirs")).exists();
    assertThat(left.started()).doesNotExist();
  }

  @Test
  void what_is_not_ours_stays() throws IOException {
    Path theirs = Files.createDirectory(starting.resolve("lost+found"));

    home.discardStaged();

    assertThat(theirs).isDirectory();
  }

  @Test
  void runs_begin_while_others_clear_up() throws IOException {
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> clearing =
        CompletableFuture.runAsync(
            () -> {
              while (!done.get()) {
                home.discardStaged();
              }
            });
    for (int i = 0; i < 500; i++) {
      Run running = Runs.running();
      home.begin(running);
      assertThat(home.tryLock(running.id())).as("still claimed by who began it").isFalse();
    }
    done.set(true);
    clearing.join();

    assertThat(home.active()).hasSize(500);
    assertThat(in(folder.resolve("runs/active")))
        .allSatisfy(run -> assertThat(run.resolve("run.json")).isNotEmptyFile());
    assertThat(in(starting)).isEmpty();
    home.active().forEach(home::unlock);
  }

  /** What was seen: "run … cannot be noted in …: …/runs/starting/…", with two who reconciled. */
  @Test
  void runs_begin_while_several_other_registries_clear_up() throws IOException {
    List<Process> others = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        others.add(ClearingUpMain.start(folder));
      }
      for (int i = 0; i < 500; i++) {
        home.begin(Runs.running());
        Run withdrawn = Runs.running();
        home.begin(withdrawn);
        home.withdraw(withdrawn.id());
      }
    } finally {
      for (Process other : others) {
        ClearingUpMain.stop(other);
      }
    }

    assertThat(others).extracting(Process::exitValue).containsOnly(0);
    assertThat(home.active()).hasSize(500);
    assertThat(in(starting)).isEmpty();
    home.active().forEach(home::unlock);
  }
}
