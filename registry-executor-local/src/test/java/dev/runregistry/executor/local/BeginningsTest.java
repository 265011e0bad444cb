package dev.runregistry.executor.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
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

/** What a registry leaves that is killed before its run has begun, and who removes it. */
class BeginningsTest {
  @TempDir private Path folder;
  private Path starting;
  private RunHome home;

  @BeforeEach
  void open() throws IOException {
    home = RunHome.at(folder);
    starting = Files.createDirectories(folder.resolve("runs/starting"));
  }

  private RunFolder beginning(RunId id, String... files) throws IOException {
    RunFolder made = RunFolder.in(starting, id);
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

    home.discardUnbegun((key, database) -> true);

    assertThat(in(starting)).isEmpty();
    assertThat(home.unsettled()).isEmpty();
  }

  @Test
  void what_somebody_is_about_to_begin_stays() throws IOException {
    RunId id = Runs.id();
    RunFolder made = beginning(id, "run.json");
    assertThat(Claims.take(id, made.claim())).isTrue();

    home.discardUnbegun((key, database) -> true);

    assertThat(made.started()).hasContent("{");
    Claims.giveBack(id);
  }

  @Test
  void one_who_clears_up_and_is_killed_leaves_nothing_either() throws IOException {
    Files.createDirectory(starting.resolve(Runs.id() + "-discarded-" + UUID.randomUUID()));

    home.discardUnbegun((key, database) -> true);

    assertThat(in(starting)).isEmpty();
  }

  private IdempotencyClaim prepare() {
    IdempotencyClaim wanted = new IdempotencyClaim("\"8e03978e-40d5\"", "f", Runs.id(), Runs.NOON);
    home.prepare(wanted, DatabaseIdentity.UNKNOWN);
    return wanted;
  }

  private List<IdempotencyClaim> givenBack(boolean forGood) {
    List<IdempotencyClaim> told = new ArrayList<>();
    home.discardUnbegun(
        (key, database) -> {
          told.add(key);
          return forGood;
        });
    return told;
  }

  @Test
  void a_run_whose_key_was_given_back_cannot_begin_any_more() throws IOException {
    IdempotencyClaim wanted = prepare();
    home.release(wanted.runId()); // what a file system without locks comes to
    assertThat(givenBack(false)).containsExactly(wanted);
    assertThat(Claims.take(wanted.runId(), folder.resolve("claim"))).isTrue();

    Run running = Run.started(wanted.runId(), Runs.running().spec(), Runs.EXECUTOR, Runs.NOON);
    assertThatThrownBy(() -> home.begin(running)).isInstanceOf(JournalException.class);

    assertThat(home.unsettled()).isEmpty();
    home.abandon(wanted.runId());
    assertThat(givenBack(true)).containsExactly(wanted);
    assertThat(in(starting)).isEmpty();
  }

  @Test
  void a_note_of_a_key_that_a_power_cut_has_torn_was_not_claimed_yet() throws IOException {
    for (String torn : List.of("", "{\"format\":1,\"key\":\"k\"", "\0\0\0")) {
      Files.writeString(beginning(Runs.id(), "claim").key(), torn);
    }

    assertThat(givenBack(false)).isEmpty();
    assertThat(in(starting)).isEmpty();
  }

  @Test
  void a_note_of_a_newer_version_stays_for_that() throws IOException {
    Path note = beginning(Runs.id(), "claim").key();
    Files.writeString(note, "{\"format\":2}");

    assertThatThrownBy(() -> givenBack(true)).isInstanceOf(JournalException.class);

    assertThat(in(starting)).hasSize(1);
  }

  @Test
  void what_cannot_be_prepared_leaves_nothing() throws IOException {
    RunId id = Runs.id();
    Files.createDirectory(RunFolder.in(starting, id).path());
    Files.createDirectory(RunFolder.in(starting, id).path().resolve("claim"));

    assertThatThrownBy(
            () ->
                home.prepare(
                    new IdempotencyClaim("k", "f", id, Runs.NOON), DatabaseIdentity.UNKNOWN))
        .isInstanceOf(JournalException.class);
    assertThat(Claims.isHeld(id)).isFalse();
  }

  @Test
  void what_is_not_ours_stays() throws IOException {
    Path theirs = Files.createDirectory(starting.resolve("lost+found"));

    home.discardUnbegun((key, database) -> true);

    assertThat(theirs).isDirectory();
  }

  @Test
  void runs_begin_while_others_clear_up() throws IOException {
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> clearing =
        CompletableFuture.runAsync(
            () -> {
              while (!done.get()) {
                home.discardUnbegun((key, database) -> true);
              }
            });
    for (int i = 0; i < 500; i++) {
      Run running = Runs.running();
      home.begin(running);
      assertThat(home.claim(running.id())).as("still claimed by who began it").isFalse();
    }
    done.set(true);
    clearing.join();

    assertThat(home.unsettled()).hasSize(500);
    assertThat(in(folder.resolve("runs/active")))
        .allSatisfy(run -> assertThat(run.resolve("run.json")).isNotEmptyFile());
    assertThat(in(starting)).isEmpty();
    home.unsettled().forEach(home::release);
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
        RunId prepared = prepare().runId();
        home.begin(Run.started(prepared, Runs.running().spec(), Runs.EXECUTOR, Runs.NOON));
      }
    } finally {
      for (Process other : others) {
        ClearingUpMain.stop(other);
      }
    }

    assertThat(others).extracting(Process::exitValue).containsOnly(0);
    assertThat(home.unsettled()).hasSize(1_000);
    assertThat(in(starting)).isEmpty();
    home.unsettled().forEach(home::release);
  }
}
