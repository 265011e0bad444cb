package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyCommandTest {
  @TempDir private Path folder;
  private final List<Run> runs = new ArrayList<>();
  private DatabaseConfig config;

  private void given(Store store) throws SQLException {
    config = store.empty(folder);
    try (RunDatabase database = RunDatabase.at(config)) {
      for (int code = 0; code < 3; code++) {
        Run run = Runs.ended(Runs.running(), Runs.exited(code));
        database.runs().save(run);
        runs.add(run);
      }
    }
  }

  /** Without a home: the database is all it needs. */
  private Result verify(String... options) {
    List<String> arguments = new ArrayList<>(List.of("verify", "--db", config.url()));
    arguments.addAll(List.of(options));
    return new Session(folder)
        .without("REGISTRY_HOME")
        .with("REGISTRY_LOG", "error")
        .registry(arguments.toArray(new String[0]));
  }

  private static String head(Result result) {
    return result
        .out()
        .lines()
        .filter(line -> line.startsWith("head "))
        .findFirst()
        .orElseThrow()
        .substring(5);
  }

  private void tamper(String... changes) throws SQLException {
    try (Connection connection = DriverManager.getConnection(config.url());
        Statement statement = connection.createStatement()) {
      if (config.url().startsWith("jdbc:sqlite:")) {
        statement.execute("DROP TRIGGER tunix_runs_refuse_rewriting");
        statement.execute("DROP TRIGGER tunix_runs_refuse_delete");
        statement.execute("DROP TRIGGER run_chain_refuse_delete");
      } else {
        statement.execute("SET session_replication_role = replica");
      }
      for (String change : changes) {
        assertThat(statement.executeUpdate(change)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void runs_that_are_as_they_were_are_counted_and_the_head_is_told(Store store)
      throws SQLException {
    given(store);

    Result result = verify();

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .matches("Verified: 3 finished runs, no discrepancies\nhead 3:[0-9a-f]{64}\n");
    assertThat(verify("--head", head(result))).isEqualTo(result);
  }

  @ParameterizedTest
  @EnumSource
  void a_changed_and_a_removed_run_are_named(Store store) throws SQLException {
    given(store);
    tamper(
        "UPDATE tunix_runs SET stdout = 'loss 0.24\n' WHERE run_id = '%s'"
            .formatted(runs.get(0).id()),
        "DELETE FROM tunix_runs WHERE run_id = '%s'".formatted(runs.get(2).id()));

    Result result = verify();

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out().lines())
        .hasSize(4)
        .satisfiesExactly(
            line ->
                assertThat(line).startsWith("changed       " + runs.get(0).id() + "  The record"),
            line ->
                assertThat(line).startsWith("removed       " + runs.get(2).id() + "  The record"),
            line -> assertThat(line).isEqualTo("2 discrepancies found"),
            line -> assertThat(line).startsWith("head 3:"));
  }

  @ParameterizedTest
  @EnumSource
  void a_cut_end_is_found_with_the_head_that_was_kept(Store store) throws SQLException {
    given(store);
    String head = head(verify());
    for (String table : List.of("tunix_runs", "run_chain")) {
      tamperAgain("DELETE FROM %s WHERE run_id = '%s'".formatted(table, runs.get(2).id()));
    }

    assertThat(verify().code()).isZero();
    Result result = verify("--head", head);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).startsWith("cut           link 3  Link 3, the trusted head");
  }

  private void tamperAgain(String change) throws SQLException {
    try (Connection connection = DriverManager.getConnection(config.url());
        Statement statement = connection.createStatement()) {
      statement.execute(
          config.url().startsWith("jdbc:sqlite:")
              ? "DROP TRIGGER IF EXISTS tunix_runs_refuse_delete"
              : "SET session_replication_role = replica");
      if (config.url().startsWith("jdbc:sqlite:")) {
        statement.execute("DROP TRIGGER IF EXISTS run_chain_refuse_delete");
      }
      assertThat(statement.executeUpdate(change)).isEqualTo(1);
    }
  }

  @Test
  void as_json_it_is_one_document() throws SQLException {
    given(Store.SQLITE);
    assertThat(verify("--json").out())
        .matches(
            "\\{\"discrepancies\":\\[],\"intact\":true,\"links\":3,\"sealed\":0,\"retirements\":0,\"head\":\"3:[0-9a-f]{64}\"}\n");
    tamper("DELETE FROM run_chain WHERE run_id = '%s'".formatted(runs.get(1).id()));

    Result result = verify("--json");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .startsWith(
            "{\"discrepancies\":[{\"kind\":\"link_removed\",\"run_id\":null,\"link\":2,\"message\":\"Link 2 ")
        .contains("{\"kind\":\"inserted\",\"run_id\":\"" + runs.get(1).id() + "\",\"link\":null,")
        .contains("],\"intact\":false,\"links\":2,")
        .endsWith("}\n");
  }

  @Test
  void what_is_not_there_cannot_be_verified_and_is_not_made() throws IOException {
    config = DatabaseConfig.sqlite(folder.resolve("none.db"));

    Result result = verify();

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("none.db: there is no such file");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void a_file_without_runs_cannot_be_verified() throws IOException {
    Files.createFile(folder.resolve("empty.db"));
    config = DatabaseConfig.sqlite(folder.resolve("empty.db"));

    assertThat(verify().code()).isEqualTo(125);
    assertThat(verify().err()).contains("there are no tables of the registry");
  }

  @Test
  void a_server_that_is_away_is_not_a_discrepancy() {
    config = new DatabaseConfig("jdbc:postgresql://127.0.0.1:1/none", "x", null);

    Result result = verify("--json");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).doesNotContain("intact");
    assertThat(result.err()).contains("cannot read the chain of runs in jdbc:postgresql:");
  }

  @Test
  void a_copy_that_nobody_may_write_is_verified_and_left_as_it_is() throws Exception {
    given(Store.SQLITE);
    Path copies = Files.createDirectory(folder.resolve("copies of today?"));
    Path copy = copies.resolve("a b.db");
    try (Connection connection = DriverManager.getConnection(config.url());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    Files.copy(Path.of(config.url().substring("jdbc:sqlite:".length())), copy);
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("r--r--r--"));
    byte[] before = Files.readAllBytes(copy);
    String expected = verify().out();
    Path moved = Files.move(copies, folder.resolve("copies"));
    config = DatabaseConfig.sqlite(moved.resolve("a b.db"));

    assertThat(verify().out()).isEqualTo(expected).startsWith("Verified: 3 ");

    try (Stream<Path> files = Files.list(moved)) {
      assertThat(files).containsExactly(moved.resolve("a b.db"));
    }
    assertThat(moved.resolve("a b.db")).hasBinaryContent(before);

    Files.writeString(moved.resolve("a b.db-wal"), "what was not taken along");
    Result result = verify();
    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).contains("not all that was recorded is in the file itself");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "3:abc", "3"})
  void what_is_no_head_is_a_misuse(String head) throws SQLException {
    given(Store.SQLITE);

    Result result = verify("--head", head);

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--head: ");
    assertThat(verify("--heads", "x").code()).isEqualTo(2);
  }
}
