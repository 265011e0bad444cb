package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunsPruneCommandTest {
  @TempDir private Path folder;
  private Session session;

  @BeforeEach
  void run() {
    session = new Session(folder);
    assertThat(session.registry("run", "--", "true").code()).isZero();
  }

  private Result prune(String age, String... more) {
    return session.registry(
        Stream.concat(Stream.of("runs", "prune", "--older-than", age), Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void the_folders_go_and_the_records_stay() {
    String before = session.registry("runs", "--json").out();

    assertThat(prune("90d").out()).isEqualTo("Deleted 0 run directories (0 B)\n");
    assertThat(prune("0s", "--dry-run").out())
        .matches("Would delete 1 run directory \\([0-9.]+ KiB\\)\n");
    assertThat(folder.resolve("runs/done")).isNotEmptyDirectory();
    assertThat(prune("0s").out()).matches("Deleted 1 run directory \\([0-9.]+ KiB\\)\n");

    assertThat(folder.resolve("runs/done")).isEmptyDirectory();
    assertThat(session.registry("runs", "--json").out()).isEqualTo(before).isNotEmpty();
  }

  @Test
  void on_a_terminal_it_asks_before_it_deletes() {
    Result refused = session.typing("n").registry("runs", "prune", "--older-than", "0s");

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .matches(
            "registry: delete 1 run directory \\(.* KiB\\)\\? Records are kept. \\[y/N]\n"
                + "registry: nothing was deleted\n");
    assertThat(folder.resolve("runs/done")).isNotEmptyDirectory();
    assertThat(prune("90d").err()).isEmpty(); // nothing to ask about

    session.typing("y");
    assertThat(prune("0s").code()).isZero();
    assertThat(folder.resolve("runs/done")).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-y", "--keep-records"})
  void it_does_not_ask_if_the_answer_is_given(String yes) {
    session.typing("n");

    assertThat(prune("0s", yes).err()).isEmpty();
    assertThat(folder.resolve("runs/done")).isEmptyDirectory();
  }

  @Test
  void it_has_to_be_told_an_age_with_its_unit() {
    assertThat(session.registry("runs", "prune").code()).isEqualTo(2);
    Result result = prune("9");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--older-than: not a duration: '9'");
    assertThat(folder.resolve("runs/done")).isNotEmptyDirectory();
  }
}
