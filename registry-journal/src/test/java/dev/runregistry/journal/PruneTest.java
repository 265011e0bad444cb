package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Run;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruneTest {
  private static final Instant LINE = Instant.parse("2026-08-01T00:00:00Z");

  @TempDir private Path folder;
  private FileRunJournal home;

  @BeforeEach
  void open() {
    home = FileRunJournal.at(folder.resolve("home"));
  }

  private Run settled(Instant at) throws IOException {
    Run run = Runs.running();
    home.begin(run);
    RunDirectory active = home.activeFolder(run.id());
    Files.writeString(active.path().resolve("stdout.log"), "printed");
    home.end(Runs.ended(run, Runs.exited(0)));
    Files.setLastModifiedTime(active.ended(), FileTime.from(at));
    home.archive(run.id());
    home.unlock(run.id());
    return run;
  }

  private Path done(Run run) {
    return folder.resolve("home/runs/done").resolve(run.id().toString());
  }

  private long sizeOf(Run run) throws IOException {
    try (Stream<Path> files = Files.walk(done(run))) {
      return files
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void only_settled_runs_that_ended_before_then_go() throws IOException {
    Run old = settled(LINE.minusMillis(1));
    Run young = settled(LINE);
    Run goesOn = Runs.running();
    home.begin(goesOn);

    assertThat(home.prune(LINE, true).runs()).containsExactly(old.id());

    assertThat(done(old)).doesNotExist();
    assertThat(home.workspace(old.id())).isEmpty();
    assertThat(home.workspace(young.id())).isPresent();
    assertThat(home.active()).containsExactly(goesOn.id());
    assertThat(home.prune(LINE, true).runs()).isEmpty();
  }

  @Test
  void it_can_be_asked_before_what_would_go() throws IOException {
    Run old = settled(LINE.minusMillis(1));

    Files.writeString(done(old).resolve("weights"), "12345");
    long before = sizeOf(old);

    FileRunJournal.Pruned found = home.prune(LINE, false);

    assertThat(found.runs()).containsExactly(old.id());
    assertThat(found.bytes()).isEqualTo(before).isGreaterThan(5);
    assertThat(done(old)).isDirectory();
    assertThat(home.prune(LINE, true).bytes()).isEqualTo(before);
  }

  @Test
  void a_home_without_runs_has_nothing_to_prune() {
    assertThat(home.prune(LINE, true).runs()).isEmpty();
  }

  @Test
  void what_a_link_leads_to_is_not_deleted() throws IOException {
    Path precious = Files.writeString(folder.resolve("precious"), "p");
    Path folderOfOthers = Files.createDirectories(folder.resolve("theirs/inner"));
    Run run = settled(LINE.minusMillis(1));
    Files.createSymbolicLink(done(run).resolve("link"), precious);
    Files.createSymbolicLink(done(run).resolve("folder"), folderOfOthers.getParent());

    long own = sizeOf(run);

    assertThat(home.prune(LINE, true))
        .isEqualTo(new FileRunJournal.Pruned(List.of(run.id()), own, List.of()));

    assertThat(precious).hasContent("p");
    assertThat(folderOfOthers).isDirectory();
    assertThat(done(run)).doesNotExist();
  }

  @Test
  void a_folder_that_a_run_made_beside_its_configuration_goes_with_the_rest() throws IOException {
    Run run = settled(LINE.minusMillis(1));
    Path inner = Files.createDirectories(done(run).resolve("checkpoints/step-1"));
    Files.writeString(inner.resolve("weights"), "w");
    Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString("r-x------"));
    Files.setPosixFilePermissions(
        Files.createDirectories(done(run).resolve("secret/inner")).getParent(),
        PosixFilePermissions.fromString("---------"));

    assertThat(home.prune(LINE, true).failures()).isEmpty();

    assertThat(done(run)).doesNotExist();
  }

  @Test
  void one_that_cannot_be_pruned_does_not_keep_the_others() throws IOException {
    Run first = settled(LINE.minusMillis(1));
    Path bad = Files.createFile(done(Runs.running())); // where a folder should be
    Run last = settled(LINE.minusMillis(1));

    FileRunJournal.Pruned pruned = home.prune(LINE, true);

    assertThat(pruned.runs()).containsExactlyInAnyOrder(first.id(), last.id());
    assertThat(pruned.failures())
        .singleElement()
        .asString()
        .contains(bad.getFileName() + " cannot be pruned");
    assertThat(bad).exists();
  }

  @Test
  void a_run_whose_deletion_was_interrupted_before_its_last_step_is_deleted_the_next_time()
      throws IOException {
    Run run = settled(LINE);
    Files.delete(done(run).resolve("outcome.json"));
    Files.setLastModifiedTime(done(run), FileTime.from(LINE.minusMillis(1)));

    assertThat(home.prune(LINE, true).runs()).containsExactly(run.id());

    assertThat(done(run)).doesNotExist();
  }
}
