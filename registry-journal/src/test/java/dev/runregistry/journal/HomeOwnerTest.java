package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runregistry.run.Run;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeOwnerTest {
  private static final int OTHER_UID = 65_534;

  @TempDir private Path folder;

  private FileRunJournal homeOfAnotherUser() throws IOException {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root can do this");
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        Files.setAttribute(path, "unix:uid", OTHER_UID);
      }
    }
    return FileRunJournal.at(folder);
  }

  private Run begunAndUnlocked() {
    Run run = Runs.running();
    FileRunJournal home = FileRunJournal.at(folder);
    home.begin(run);
    home.unlock(run.id());
    return run;
  }

  @Test
  void as_root_a_home_of_another_user_is_read_and_nothing_of_it_is_judged_or_removed()
      throws IOException {
    Run run = begunAndUnlocked();
    Path starting = Files.createDirectories(folder.resolve("runs/starting/" + run.id()));
    FileRunJournal home = homeOfAnotherUser();

    assertThatThrownBy(() -> home.tryLock(run.id()))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("belongs to another user (uid 65534)");
    assertThatThrownBy(() -> home.quarantine("x")).isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> home.prune(Instant.MAX, true)).isInstanceOf(JournalException.class);
    home.discardStaged();
    assertThat(starting).exists();
    assertThat(home.active()).containsExactly(run.id());
  }

  @Test
  void as_root_a_run_that_another_user_has_put_into_our_home_is_not_judged() throws IOException {
    Run run = begunAndUnlocked();
    FileRunJournal home = homeOfAnotherUser();
    Files.setAttribute(folder, "unix:uid", 0);

    assertThatThrownBy(() -> home.tryLock(run.id())).isInstanceOf(JournalException.class);
  }

  @Test
  void our_own_home_and_one_that_is_not_there_yet_are_not_foreign() throws IOException {
    HomeOwner owner = new HomeOwner();

    owner.requireMayJudge(folder, folder.resolve("none"));
    assertThat(owner.isForeign(folder)).isFalse();
  }
}
