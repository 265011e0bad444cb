package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.Schema;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.UnreadableRunException;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows that no registry has written, and that none can read. */
@Timeout(120)
class UnreadableRunTest {
  private static final List<String> SINCE_VERSION_5 =
      List.of("parent_run_id", "name", "tags", "note");

  @TempDir private Path folder;
  private final Run run = Runs.running().withProvenance(Runs.provenance());
  private DatabaseConfig config;

  /** A database of version 5, which let such rows in, with a run. */
  private void givenVersion5(Engine engine) throws SQLException {
    config = engine.empty(folder);
    OlderVersion.migrate(engine, config, 5);
    OlderVersion.fill(config, 5, List.of(run));
  }

  /** A copy of the run under another id, with another value in one column. */
  private RunId insertCopy(String column, String value) throws SQLException {
    RunId copy = Runs.id();
    String columns =
        Stream.of(TUNIX_RUNS.fields())
            .map(field -> field.getName())
            .filter(name -> !SINCE_VERSION_5.contains(name))
            .collect(Collectors.joining(","));
    String values =
        Stream.of(columns.split(","))
            .map(name -> name.equals("run_id") ? literal(copy) : name)
            .map(name -> name.equals(column) ? "'" + value + "'" : name)
            .collect(Collectors.joining(","));
    Engine.execute(
        config,
        "INSERT INTO tunix_runs (%s) SELECT %s FROM tunix_runs WHERE run_id = '%s'"
            .formatted(columns, values, run.id()));
    return copy;
  }

  private String literal(RunId id) {
    return config.isSqlite() ? "'" + id + "'" : "'" + id + "'::uuid";
  }

  /** The database, the column, what nobody can read, and what refuses it. */
  private static Stream<Arguments> unreadable() {
    Stream<Arguments> inSqlite =
        Stream.of(
                List.of("created_at", "2026-02-31T00:00:00.000000Z"),
                List.of("created_at", "2026-02-29T00:00:00.000000Z"),
                List.of("created_at", "2026-04-31T23:59:59.999999Z"),
                List.of("command", "[\"a\",\"\\ud800\"]"),
                List.of("command", "[\"a\",\"\\\\\\uDC80\"]"),
                List.of("command", "[\"a\\u0000\"]"))
            .map(row -> sqlite(row.get(0), row.get(1)));
    Stream<Arguments> inBoth =
        Stream.of(
                List.of("command", "[\"a\",1]"),
                List.of("command", "[\"a\",[\"b\"]]"),
                List.of("environment", "{\"A\":1}"),
                List.of("environment", "{\"A\":{\"B\":\"\"}}"),
                List.of("environment", "{\"A\":null,\"A\":\"\"}"))
            .flatMap(
                row ->
                    Stream.of(
                        sqlite(row.get(0), row.get(1)),
                        Arguments.of(Engine.POSTGRES, row.get(0), row.get(1), "s_are_texts")));
    return Stream.concat(inSqlite, inBoth);
  }

  private static Arguments sqlite(String column, String value) {
    String refusal =
        column.endsWith("_at")
            ? "a run cannot have a time that does not exist"
            : "the %s of a run has only texts".formatted(column);
    return Arguments.of(Engine.SQLITE, column, value, refusal);
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void an_older_row_that_cannot_be_read_is_migrated_and_does_not_hide_the_others(
      Engine engine, String column, String value) throws SQLException {
    givenVersion5(engine);
    RunId odd = insertCopy(column, value);

    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(5, Schema.VERSION, Schema.VERSION - 5));
      RunRepository runs = database.runs();
      assertThat(runs.list(RunQuery.all()).runs()).extracting(RunSummary::id).contains(run.id());
      assertThat(runs.find(run.id())).contains(run);
      assertThatThrownBy(() -> runs.find(odd))
          .isInstanceOf(UnreadableRunException.class)
          .hasMessageContaining("the record of run " + odd + " cannot be read: ");
      Run ended = Runs.ended(run, Runs.exited(0));
      runs.save(ended);
      assertThat(runs.find(run.id())).contains(ended);
    }
    assertThat(Verified.of(config).summary()).containsExactly("changed null " + odd);
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void a_row_that_cannot_be_read_cannot_be_written(
      Engine engine, String column, String value, String refusal) throws SQLException {
    givenVersion5(engine);
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();

      assertThatThrownBy(() -> insertCopy(column, value))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining(refusal);

      assertThat(database.runs().list(RunQuery.all()).runs())
          .extracting(RunSummary::id)
          .containsExactly(run.id());
    }
  }

  @Test
  void no_change_of_a_row_makes_it_unreadable() throws SQLException {
    config = Engine.SQLITE.migrated(folder);
    Run pending = Runs.pending();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(pending);

      assertThatThrownBy(
              () ->
                  Engine.execute(
                      config,
                      "UPDATE tunix_runs SET status = 'running', executor = 'process',"
                          + " started_at = '2027-06-31T00:00:00.000000Z'"))
          .hasMessageContaining("a run cannot have a time that does not exist");

      assertThat(database.runs().find(pending.id())).contains(pending);
    }
  }

  @Test
  void a_link_is_not_of_a_time_that_does_not_exist() throws SQLException {
    config = Engine.SQLITE.migrated(folder);
    String link =
        "INSERT INTO run_chain VALUES (1, '%s', 2, zeroblob(32), '2026-02-30T00:00:00.000000Z', 0,"
            + " zeroblob(32), zeroblob(32))";

    assertThatThrownBy(() -> Engine.execute(config, link.formatted(Runs.id())))
        .hasMessageContaining("a link cannot have a time that does not exist");
  }

  @ParameterizedTest
  @EnumSource
  void what_looks_like_an_escape_and_is_none_can_be_written(Engine engine) throws SQLException {
    config = engine.migrated(folder);
    Run odd =
        Runs.running(
            Runs.commandOf("a", "\\ud800", "\\\\u0000", "\"\uD83D\uDD25", "[1]"), Runs.NOON);
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(odd);
      assertThat(database.runs().find(odd.id())).contains(odd);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_variable_with_a_very_long_name_can_be_read(Engine engine) throws SQLException {
    config = engine.migrated(folder);
    Provenance known = Runs.provenance();
    Run odd =
        Runs.running()
            .withProvenance(
                new Provenance(
                    known.host(),
                    known.user(),
                    known.workingDirectory(),
                    known.registryVersion(),
                    known.gitCommit(),
                    known.gitDirty(),
                    Map.of("N".repeat(60_000), "1")));
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(odd);
      assertThat(database.runs().find(odd.id())).contains(odd);
    }
  }

  @Test
  void a_page_of_nothing_else_does_not_end_the_list() throws SQLException {
    givenVersion5(Engine.SQLITE);
    for (int i = 0; i < 5; i++) {
      insertCopy("started_at", "2026-11-31T00:00:00.00000%dZ".formatted(i));
    }
    List<RunId> listed = new ArrayList<>();
    RunQuery query = RunQuery.all().withLimit(2);

    try (RunDatabase database = RunDatabase.at(config)) {
      RunPage page = database.runs().list(query);
      page.runs().forEach(summary -> listed.add(summary.id()));
      for (int offset = 2; page.hasNext(); offset += 2) {
        page = database.runs().list(query.withOffset(offset));
        page.runs().forEach(summary -> listed.add(summary.id()));
      }
    }

    assertThat(listed).contains(run.id()).containsOnly(run.id());
  }
}
