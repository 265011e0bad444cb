package dev.runregistry.executor.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.JournalException;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruneTest {
  private static final Instant LINE = Instant.parse("2026-08-01T00:00:00Z");

  @TempDir private Path folder;
  private RunHome home;

  @BeforeEach
  void open() {
    home = RunHome.at(folder.resolve("home"));
  }

  private Run settled(Instant at) throws IOException {
    Run run = Runs.running();
    home.begin(run);
    RunFolder active = home.activeFolder(run.id());
    Files.writeString(active.log(LogStream.STDOUT), "printed");
    home.end(Runs.ended(run, Runs.exited(0)));
    Files.setLastModifiedTime(active.ended(), FileTime.from(at));
    home.settle(run.id());
    home.release(run.id());
    return run;
  }

  private Path done(Run run) {
    return folder.resolve("home/runs/done").resolve(run.id().toString());
  }

  @Test
  void only_settled_runs_that_ended_before_then_go() throws IOException {
    Run old = settled(LINE.minusMillis(1));
    Run young = settled(LINE);
    Run goesOn = Runs.running();
    home.begin(goesOn);

    assertThat(home.prune(LINE, true)).containsExactly(old.id());

    assertThat(done(old)).doesNotExist();
    assertThat(home.log(old.id(), LogStream.STDOUT)).isEmpty();
    assertThat(home.log(young.id(), LogStream.STDOUT)).isPresent();
    assertThat(home.unsettled()).containsExactly(goesOn.id());
    assertThat(home.prune(LINE, true)).isEmpty();
  }

  @Test
  void it_can_be_asked_before_what_would_go() throws IOException {
    Run old = settled(LINE.minusMillis(1));

    assertThat(home.prune(LINE, false)).containsExactly(old.id());
    assertThat(done(old)).isDirectory();
  }

  @Test
  void a_home_without_runs_has_nothing_to_prune() {
    assertThat(home.prune(LINE, true)).isEmpty();
  }

  @Test
  void what_a_link_leads_to_and_what_somebody_put_there_is_not_deleted() throws IOException {
    Path precious = Files.writeString(folder.resolve("precious"), "p");
    Run run = settled(LINE.minusMillis(1));
    Files.createSymbolicLink(done(run).resolve("link"), precious);

    assertThatThrownBy(() -> home.prune(LINE, true))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(run.id() + " cannot be pruned");

    assertThat(precious).hasContent("p");
    assertThat(done(run).resolve("link")).isSymbolicLink();
  }
}
