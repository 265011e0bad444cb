package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsPruneCommandTest {
  @TempDir private Path folder;
  private Session session;

  @BeforeEach
  void run() {
    session = new Session(folder);
    assertThat(session.registry("run", "--", "true").code()).isZero();
  }

  @Test
  void the_folders_go_and_the_records_stay() {
    String before = session.registry("runs", "--json").out();

    assertThat(session.registry("runs", "prune", "--older-than", "90d", "--keep-records").out())
        .isEqualTo("Deleted 0 run directories\n");
    assertThat(
            session
                .registry("runs", "prune", "--older-than", "0s", "--keep-records", "--dry-run")
                .out())
        .isEqualTo("Would delete 1 run directories\n");
    assertThat(folder.resolve("runs/done")).isNotEmptyDirectory();
    assertThat(session.registry("runs", "prune", "--older-than", "0s", "--keep-records").out())
        .isEqualTo("Deleted 1 run directories\n");

    assertThat(folder.resolve("runs/done")).isEmptyDirectory();
    assertThat(session.registry("runs", "--json").out()).isEqualTo(before).isNotEmpty();
  }

  @Test
  void it_has_to_be_told_what_and_that_records_stay() {
    assertThat(session.registry("runs", "prune", "--older-than", "0s").code()).isEqualTo(2);
    assertThat(session.registry("runs", "prune", "--keep-records").code()).isEqualTo(2);
    Result result = session.registry("runs", "prune", "--older-than", "9", "--keep-records");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--older-than: not a duration: '9'");
    assertThat(folder.resolve("runs/done")).isNotEmptyDirectory();
  }
}
