package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.Schema;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.service.chain.VerificationResult;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MigrationTest {
  private static final String FOLDER =
      "src/main/resources/dev/runregistry/persistence/jooq/migration/";

  private static final int BEFORE_CHAIN = 3;
  private static final Path MANUAL = Path.of("../docs/M14_RUN_REGISTRY.md");

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void migrating_says_what_it_did_and_does_it_once(Engine engine) throws Exception {
    try (RunDatabase database = RunDatabase.at(engine.empty(folder))) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(0, Schema.VERSION, migrations()));
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(Schema.VERSION, Schema.VERSION, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_first_run_makes_the_tables(Engine engine) throws Exception {
    Run run = Runs.completed();
    DatabaseConfig config = engine.empty(folder);
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(run);
    }
    try (RunDatabase again = RunDatabase.at(config)) {
      assertThat(again.runs().find(run.id())).contains(run);
    }
  }

  @ParameterizedTest
  @EnumSource
  void up_undo_and_up_again_leaves_an_empty_table(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(run);
    }

    undo(engine, config);

    assertThatThrownBy(() -> Engine.execute(config, "SELECT * FROM tunix_runs"))
        .isInstanceOf(SQLException.class);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(0, Schema.VERSION, migrations()));
      assertThat(database.runs().find(run.id())).isEmpty();
      database.runs().save(run);
      assertThat(database.runs().find(run.id())).contains(run);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_program_that_runs_on_finds_the_tables_gone_and_makes_them_again(Engine engine)
      throws Exception {
    DatabaseConfig config = engine.empty(folder);
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(run);
      undo(engine, config);

      assertThatThrownBy(() -> database.runs().find(run.id()))
          .isInstanceOf(RepositoryException.class);
      assertThat(database.runs().find(run.id())).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_is_undone_leaves_nothing_behind(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    undo(engine, config);
    String left =
        engine == Engine.SQLITE
            ? "SELECT name FROM sqlite_master WHERE name LIKE '%tunix%' OR name LIKE '%chain%'"
                + " OR name LIKE '%identity%' OR name LIKE '%cancel%' OR name LIKE '%host%'"
                + " OR name LIKE '%homes%' OR name LIKE '%tags%'"
            : "SELECT proname FROM pg_proc WHERE proname LIKE '%tunix%' OR proname LIKE '%chain%'"
                + " OR proname LIKE 'host_retirements%'"
                + " OR proname LIKE 'database_identity%'"
                + " UNION ALL SELECT relname FROM pg_class"
                + " WHERE relname LIKE '%tunix%' OR relname LIKE '%chain%'"
                + " OR relname LIKE 'database_identity%' OR relname LIKE '%cancel%'"
                + " OR relname LIKE 'host%' OR relname LIKE 'run_homes%'"
                + " OR relname LIKE 'run_tags%'";
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeQuery(left).next()).isFalse();
    }
  }

  /** All migrations, the newest first. */
  private static void undo(Engine engine, DatabaseConfig config) throws Exception {
    undoTo(0, engine, config);
  }

  /** The files that the manual undoes one after the other. */
  private static List<String> undoneInTheOrderOfTheManual() throws IOException {
    return Files.readAllLines(MANUAL).stream()
        .filter(line -> line.startsWith("psql "))
        .map(line -> line.replaceFirst(".* -f (U\\d+__\\w+\\.sql).*", "$1"))
        .toList();
  }

  @Test
  void the_manual_undoes_every_migration_and_the_newest_first() throws IOException {
    for (String database : List.of("postgresql", "sqlite")) {
      try (Stream<Path> files = Files.list(Path.of(FOLDER, database))) {
        assertThat(undoneInTheOrderOfTheManual())
            .isEqualTo(
                files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("U"))
                    .sorted(Comparator.comparingInt(MigrationTest::versionOf).reversed())
                    .toList());
      }
    }
  }

  private static int versionOf(String script) {
    return Integer.parseInt(script.substring(1, script.indexOf("__")));
  }

  @ParameterizedTest
  @EnumSource
  void nothing_is_undone_out_of_order(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    List<String> newestFirst = undoneInTheOrderOfTheManual();
    for (int done = 0; done < newestFirst.size(); done++) {
      for (String script : newestFirst) {
        if (!script.equals(newestFirst.get(done))) {
          assertThatThrownBy(() -> undo(engine, config, script))
              .describedAs(script)
              .isInstanceOf(SQLException.class);
        }
      }
      undo(engine, config, newestFirst.get(done));
    }
  }

  private static void undoTo(int version, Engine engine, DatabaseConfig config) throws Exception {
    List<String> newestFirst = undoneInTheOrderOfTheManual();
    for (String script : newestFirst.subList(0, newestFirst.size() - version)) {
      undo(engine, config, script);
    }
  }

  private static void undo(Engine engine, DatabaseConfig config, String script) throws Exception {
    String sql = Files.readString(OlderVersion.scripts(engine).resolve(script));
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String command : commands(sql)) {
        statement.execute(command);
      }
      connection.commit();
    }
  }

  /** Cut after a semicolon that ends a line, but not within a trigger or a function. */
  private static List<String> commands(String sql) {
    return Stream.of(
            sql.replaceAll("(?m)^--.*$", "")
                .split(
                    "(?m);$(?=\\s*(?:^(?:ALTER|CREATE|COMMENT|DELETE|DO|DROP|INSERT|UPDATE)|\\z))"))
        .filter(command -> !command.isBlank())
        .toList();
  }

  private static Stream<Arguments> earlierVersions() {
    return Stream.of(Engine.values())
        .flatMap(
            engine ->
                Stream.iterate(1, version -> version + 1)
                    .limit(Schema.VERSION - 1)
                    .map(version -> Arguments.of(engine, version)));
  }

  @ParameterizedTest
  @MethodSource("earlierVersions")
  void a_database_of_every_earlier_version_keeps_its_runs_and_verifies(Engine engine, int version)
      throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(version, engine, config);
    List<Run> runs = OlderVersion.runs(version);
    OlderVersion.fill(config, version, runs);
    Run added = Runs.ended(Runs.running(Runs.commandOf("x"), Runs.NOON), Runs.exited(0));

    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(version, Schema.VERSION, Schema.VERSION - version));
      assertThat(runs).allSatisfy(run -> assertThat(database.runs().find(run.id())).contains(run));
      for (Run run : runs) {
        if (run.status() == RunStatus.RUNNING && run.spec().mode() == RunMode.LOCAL) {
          database.runs().save(Runs.ended(run, Runs.exited(1)));
        }
        if (run.status() == RunStatus.RUNNING && run.spec().mode() == RunMode.DRY_RUN) {
          database.runs().save(Runs.ended(run, Runs.cancelled()));
        }
        if (run.status() == RunStatus.PENDING) {
          database.runs().save(Runs.ended(run, Runs.cancelledBeforeStart()));
        }
      }
      database.runs().save(added);
      assertThat(database.runs().find(added.id())).contains(added);
    }
    assertThat(Verified.of(config).discrepancies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void the_digests_of_a_thousand_runs_are_what_they_were_before_version_5(Engine engine)
      throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(4, engine, config);
    List<Run> runs = OlderVersion.ended(1_000);
    OlderVersion.fill(config, 4, runs);
    List<String> before = digests(config);

    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
      assertThat(database.runs().find(runs.get(999).id())).contains(runs.get(999));
    }

    assertThat(digests(config)).hasSize(1_000).isEqualTo(before);
    Verified verified = Verified.of(config);
    assertThat(verified.discrepancies()).isEmpty();
    assertThat(verified.verification())
        .isEqualTo(new VerificationResult(verified.head(), 1_000, 0, 0, 0));
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(Runs.completed());
    }
    assertThat(Verified.of(config, verified.head()).discrepancies()).isEmpty();
  }

  private static List<String> digests(DatabaseConfig config) throws SQLException {
    List<String> digests = new ArrayList<>();
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT run_id, form, run_digest, link_digest FROM run_chain"
                    + " ORDER BY link_number")) {
      while (rows.next()) {
        digests.add(
            rows.getString(1)
                + rows.getInt(2)
                + HexFormat.of().formatHex(rows.getBytes(3))
                + HexFormat.of().formatHex(rows.getBytes(4)));
      }
    }
    return digests;
  }

  @ParameterizedTest
  @EnumSource
  void what_was_not_recorded_then_cannot_be_put_into_an_old_run(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(4, engine, config);
    OlderVersion.fill(config, 4, OlderVersion.ended(2));
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
    }

    Engine.execute(
        config,
        engine == Engine.SQLITE
            ? "DROP TRIGGER tunix_runs_refuse_rewriting"
            : "ALTER TABLE tunix_runs DISABLE TRIGGER USER");
    Engine.execute(config, "UPDATE tunix_runs SET reason = 'lost' WHERE mode = 'dry-run'");
    Engine.execute(
        config,
        "UPDATE tunix_runs SET weight_decay = 0.5, device = 'cuda' WHERE mode <> 'dry-run'");

    assertThat(Verified.of(config).discrepancies()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void a_database_keeps_its_identity_and_another_has_another(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    DatabaseIdentity before;
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.runs().identity().uuid()).isEmpty();
      database.migrate();
      database.runs().ping();
      before = database.runs().identity();
    }
    for (String change :
        List.of(
            "UPDATE database_identity SET database_id = '%s'".formatted(Runs.id()),
            "DELETE FROM database_identity",
            "INSERT INTO database_identity VALUES (1, '%s')".formatted(Runs.id()))) {
      assertThatThrownBy(() -> Engine.execute(config, change)).isInstanceOf(SQLException.class);
    }
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.runs().identity().address()).isEqualTo(before.address());
      database.runs().ping();
      assertThat(database.runs().identity()).isEqualTo(before);
      undo(engine, config);
      assertThatThrownBy(() -> database.runs().ping()).isInstanceOf(RepositoryException.class);
      database.runs().ping(); // makes the tables anew
      assertThat(database.runs().identity().address()).isEqualTo(before.address());
      assertThat(database.runs().identity().uuid()).isPresent().isNotEqualTo(before.uuid());
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_database_that_was_filled_under_version_1_keeps_its_runs(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(1, engine, config);
    List<Run> runs = OlderVersion.runs(1);
    OlderVersion.fill(config, 1, runs);

    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(1, Schema.VERSION, migrations() - 1));
      assertThat(runs).allSatisfy(run -> assertThat(database.runs().find(run.id())).contains(run));
      assertThat(database.idempotencyKeys().find("k", Runs.NOON)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_database_that_was_filled_under_version_2_keeps_its_runs_and_ends_those_that_go_on(
      Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(2, engine, config);
    List<Run> runs = OlderVersion.runs(1);
    Run running = OlderVersion.of(Runs.running());
    OlderVersion.fill(config, 1, runs);
    OlderVersion.fill(config, 1, List.of(running));

    try (RunDatabase database = RunDatabase.at(config)) {
      Run ended = Runs.ended(running, Runs.exited(0));
      database.runs().save(ended);
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(Schema.VERSION, Schema.VERSION, 0));
      assertThat(runs).allSatisfy(run -> assertThat(database.runs().find(run.id())).contains(run));
      assertThat(database.runs().find(running.id())).contains(ended);
    }
  }

  @ParameterizedTest
  @EnumSource
  void provenance_can_be_undone_without_the_runs(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    Run run = Runs.withProvenance();
    Run older = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(run);
      database.runs().save(older);
    }

    undoTo(2, engine, config);

    assertThatThrownBy(() -> Engine.execute(config, "UPDATE tunix_runs SET message = 'x'"))
        .hasMessageContaining("finished run never changes");
    assertThatThrownBy(() -> Engine.execute(config, "SELECT host FROM tunix_runs"))
        .isInstanceOf(SQLException.class);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(2, Schema.VERSION, Schema.VERSION - 2));
      assertThat(database.runs().find(older.id())).contains(OlderVersion.of(older));
      assertThat(database.runs().find(run.id()).orElseThrow().provenance()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void runs_that_had_ended_before_there_was_a_chain_are_sealed_in_it(Engine engine)
      throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(BEFORE_CHAIN, engine, config);
    List<Run> runs = OlderVersion.runs(BEFORE_CHAIN);
    OlderVersion.fill(config, BEFORE_CHAIN, runs);
    List<Run> more = Stream.generate(() -> OlderVersion.of(Runs.completed())).limit(1_001).toList();
    OlderVersion.fill(config, BEFORE_CHAIN, more);
    long ended = runs.stream().filter(run -> run.status().isFinal()).count() + more.size();

    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
      Run running =
          runs.stream()
              .filter(run -> run.status() == RunStatus.RUNNING)
              .filter(run -> run.spec().mode() == RunMode.LOCAL)
              .findFirst()
              .orElseThrow();
      database.runs().save(Runs.ended(running, Runs.exited(0)));
    }

    Verified verified = Verified.of(config);
    assertThat(verified.discrepancies()).isEmpty();
    assertThat(verified.verification())
        .isEqualTo(new VerificationResult(verified.head(), ended + 1, ended, 0, 0));
  }

  @ParameterizedTest
  @EnumSource
  void a_chain_that_was_undone_is_made_anew_of_what_is_on_record(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    try (RunDatabase database = RunDatabase.at(config)) {
      OlderVersion.runs(6).forEach(database.runs()::save); // without what U7 refuses
    }
    ChainHead before = Verified.of(config).head();

    undoTo(BEFORE_CHAIN, engine, config);
    assertThatThrownBy(() -> Verified.of(config))
        .isInstanceOf(RepositoryException.class)
        .hasMessageContaining("migrate it");
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate().applied()).isEqualTo(Schema.VERSION - BEFORE_CHAIN);
    }

    Verified after = Verified.of(config);
    assertThat(after.discrepancies()).isEmpty();
    assertThat(after.head().count()).isEqualTo(before.count());
    assertThat(after.verification().backfilled()).isEqualTo(before.count());
    assertThat(Verified.of(config, before).summary())
        .singleElement()
        .asString()
        .startsWith("rewritten");
  }

  @ParameterizedTest
  @EnumSource
  void what_refuses_unreadable_rows_can_be_undone_without_the_runs(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(5, engine, config);
    List<String> before = schema(engine, config);
    List<Run> runs = OlderVersion.runs(5);
    OlderVersion.fill(config, 5, runs);
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
    }
    assertThat(schema(engine, config)).isNotEqualTo(before);

    undoTo(5, engine, config);

    assertThat(schema(engine, config)).isEqualTo(before);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(5, Schema.VERSION, Schema.VERSION - 5));
      assertThat(runs).allSatisfy(run -> assertThat(database.runs().find(run.id())).contains(run));
    }
    assertThat(Verified.of(config).discrepancies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void cancellation_can_be_undone_without_the_runs(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(6, engine, config);
    List<String> before = schema(engine, config);
    List<Run> runs = OlderVersion.runs(6);
    OlderVersion.fill(config, 6, runs);
    Run completed = Runs.completed();
    Run repeated = Runs.running(Runs.repeating(completed.id()), Runs.NOON);
    Run started = Runs.running();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
      List.of(completed, repeated).forEach(database.runs()::save);
      database.cancelRequests().add(repeated.id(), new CancelRequest("ann", Runs.NOON));
    }
    assertThat(schema(engine, config)).isNotEqualTo(before);

    undoTo(6, engine, config);

    assertThat(schema(engine, config)).isEqualTo(before);
    OlderVersion.fill(config, 6, List.of(started));
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(6, Schema.VERSION, Schema.VERSION - 6));
      assertThat(Stream.concat(runs.stream(), Stream.of(completed, started)))
          .allSatisfy(run -> assertThat(database.runs().find(run.id())).contains(run));
      assertThat(database.runs().find(repeated.id()).orElseThrow().spec().parent()).isNull();
      assertThat(database.cancelRequests().find(List.of(repeated.id()))).isEmpty();
      database.runs().save(Runs.ended(started, Runs.cancelled()));
    }
    assertThat(Verified.of(config).discrepancies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void cancellation_is_not_undone_while_a_run_is_cancelled(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    Run cancelled = Runs.ended(Runs.running(), Runs.cancelled());
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(cancelled);
    }
    undoTo(7, engine, config);
    List<String> before = schema(engine, config);

    assertThatThrownBy(() -> undo(engine, config, "U7__add_cancellation.sql"))
        .hasMessageContaining("there are cancelled runs, which version 6 cannot record");

    assertThat(schema(engine, config)).isEqualTo(before);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate().applied()).isEqualTo(Schema.VERSION - 7);
      assertThat(database.runs().find(cancelled.id())).contains(cancelled);
    }
    assertThat(Verified.of(config).discrepancies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void a_parent_cannot_be_put_into_a_run_recorded_before_version_7(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(6, engine, config);
    List<Run> runs = List.of(Runs.completed(), Runs.completed());
    OlderVersion.fill(config, 6, runs);
    List<String> before = digests(config);
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
    }
    assertThat(digests(config)).isEqualTo(before);
    assertThat(Verified.of(config).discrepancies()).isEmpty();

    Engine.execute(
        config,
        engine == Engine.SQLITE
            ? "DROP TRIGGER tunix_runs_refuse_rewriting"
            : "ALTER TABLE tunix_runs DISABLE TRIGGER USER");
    Engine.execute(
        config,
        "UPDATE tunix_runs SET parent_run_id = run_id WHERE run_id = '%s'"
            .formatted(runs.get(0).id()));

    assertThat(Verified.of(config).discrepancies()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void hosts_can_be_undone_without_the_runs(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(7, engine, config);
    List<String> before = schema(engine, config);
    List<Run> runs = OlderVersion.runs(7);
    OlderVersion.fill(config, 7, runs);
    Run known = Runs.withProvenance();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
      database.runs().save(known);
    }
    Engine.execute(
        config,
        "INSERT INTO hosts VALUES ('%s', 'node7', '1.2.3', '2026-11-22T12:00:00.123456Z')"
            .formatted(Runs.id()));
    Engine.execute(
        config, "INSERT INTO run_homes VALUES ('%s', '%s', NULL)".formatted(Runs.id(), Runs.id()));
    assertThat(schema(engine, config)).isNotEqualTo(before);

    undoTo(7, engine, config);

    assertThat(schema(engine, config)).isEqualTo(before);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(7, Schema.VERSION, Schema.VERSION - 7));
      assertThat(Stream.concat(runs.stream(), Stream.of(known)))
          .allSatisfy(run -> assertThat(database.runs().find(run.id())).contains(run));
    }
    assertThat(Verified.of(config).discrepancies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void hosts_are_not_undone_while_a_run_was_ended_by_an_engine(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    Run failed = Runs.ended(Runs.running(), Runs.endedByEngine(RunReason.NODE_FAILED));
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(failed);
    }
    undoTo(8, engine, config);
    List<String> before = schema(engine, config);

    assertThatThrownBy(() -> undo(engine, config, "U8__add_hosts.sql"))
        .hasMessageContaining("there are runs that an engine ended, which version 7 cannot record");

    assertThat(schema(engine, config)).isEqualTo(before);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate().applied()).isEqualTo(Schema.VERSION - 8);
      assertThat(database.runs().find(failed.id())).contains(failed);
    }
    assertThat(Verified.of(config).discrepancies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void names_and_tags_can_be_undone_without_the_runs(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(8, engine, config);
    List<String> before = schema(engine, config);
    List<Run> runs = OlderVersion.runs(8);
    OlderVersion.fill(config, 8, runs);
    Run added = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
      database.runs().save(added);
    }
    assertThat(schema(engine, config)).isNotEqualTo(before);

    undoTo(8, engine, config);

    assertThat(schema(engine, config)).isEqualTo(before);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(8, Schema.VERSION, Schema.VERSION - 8));
      assertThat(Stream.concat(runs.stream(), Stream.of(added)))
          .allSatisfy(run -> assertThat(database.runs().find(run.id())).contains(run));
    }
    assertThat(Verified.of(config).discrepancies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void names_and_tags_are_not_undone_while_a_run_has_one(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    Run noted = Runs.running(Runs.described(RunDescription.NONE.withNote("n")), Runs.NOON);
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(noted);
    }
    undoTo(9, engine, config);
    List<String> before = schema(engine, config);

    assertThatThrownBy(() -> undo(engine, config, "U9__add_names_and_tags.sql"))
        .hasMessageContaining(
            "there are runs with a name, tags or a note, which version 8 cannot record");

    assertThat(schema(engine, config)).isEqualTo(before);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.runs().find(noted.id())).contains(noted);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_name_or_a_tag_cannot_be_put_into_a_run_recorded_before_version_9(Engine engine)
      throws Exception {
    DatabaseConfig config = engine.empty(folder);
    migrateTo(8, engine, config);
    List<Run> runs = List.of(Runs.completed(), Runs.completed(), Runs.completed());
    OlderVersion.fill(config, 8, runs);
    List<String> before = digests(config);
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
    }
    assertThat(digests(config)).isEqualTo(before);
    assertThat(Verified.of(config).discrepancies()).isEmpty();

    Engine.execute(
        config,
        engine == Engine.SQLITE
            ? "DROP TRIGGER tunix_runs_refuse_rewriting"
            : "ALTER TABLE tunix_runs DISABLE TRIGGER USER");
    List<String> changes = List.of("name = 'x'", "tags = '{\"k\":\"v\"}'", "note = 'x'");
    for (int i = 0; i < runs.size(); i++) {
      Engine.execute(
          config,
          "UPDATE tunix_runs SET %s WHERE run_id = '%s'"
              .formatted(changes.get(i), runs.get(i).id()));
    }

    assertThat(Verified.of(config).discrepancies()).hasSize(3);
  }

  /** All triggers, functions with their settings, columns, and constraints. */
  private static List<String> schema(Engine engine, DatabaseConfig config) throws SQLException {
    String sql =
        engine == Engine.SQLITE // which writes a table that was changed otherwise than a new one
            ? "SELECT name || coalesce(sql, '') FROM sqlite_master WHERE name <> 'tunix_runs'"
                + " AND tbl_name NOT LIKE '%schema_history'"
                + " UNION ALL SELECT name || type || \"notnull\" || pk"
                + " FROM pragma_table_info('tunix_runs')"
                + " UNION ALL SELECT sql FROM sqlite_master WHERE name = 'tunix_runs' ORDER BY 1"
            : "SELECT pg_get_functiondef(oid) FROM pg_proc"
                + " WHERE pronamespace = 'public'::regnamespace"
                + " UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint"
                + " WHERE conname NOT LIKE '%schema_history%'"
                + " UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger ORDER BY 1";
    List<String> parts = new ArrayList<>();
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        String part = rows.getString(1).replaceAll("(?m)--.*$", "").replaceAll("\\s+", " ").trim();
        parts.addAll(
            part.matches("CREATE TABLE \"?tunix_runs.* STRICT") ? checks(part) : List.of(part));
      }
    }
    return parts;
  }

  /** Returns the constraints of a table in the order of their names. */
  private static List<String> checks(String table) {
    return Stream.of(table.split("(?=CONSTRAINT \\w+ CHECK)"))
        .skip(1)
        .map(MigrationTest::withoutWhatFollows)
        .sorted()
        .toList();
  }

  private static String withoutWhatFollows(String check) {
    int open = 0;
    for (int i = check.indexOf('('); i < check.length(); i++) {
      open += check.charAt(i) == '(' ? 1 : check.charAt(i) == ')' ? -1 : 0;
      if (open == 0) {
        return check.substring(0, i + 1);
      }
    }
    return check;
  }

  private static int migrations() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(FOLDER, "sqlite"))) {
      return (int) files.filter(file -> file.getFileName().toString().startsWith("V")).count();
    }
  }

  private static void migrateTo(int version, Engine engine, DatabaseConfig config) {
    OlderVersion.migrate(engine, config, version);
  }

  @ParameterizedTest
  @EnumSource
  void keys_can_be_undone_without_the_runs(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    Run running = Runs.running();
    Run run = Runs.ended(running, Runs.exited(0));
    IdempotencyRecord record = new IdempotencyRecord("k", "f", run.id(), Runs.NOON);
    try (RunDatabase database = RunDatabase.at(config)) {
      database.idempotencyKeys().save(record, running);
      database.runs().save(run);
    }

    undoTo(1, engine, config);

    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.runs().find(run.id())).contains(OlderVersion.of(run));
      assertThat(database.idempotencyKeys().find("k", Runs.NOON)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_newer_schema_is_refused_with_a_reason(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    int later = Schema.VERSION + 1;
    addToHistory(config, "99, '%d', 'later', 'SQL', 'V%d__later.sql'".formatted(later, later));
    refuses(config, "version %d, this program knows %d".formatted(later, Schema.VERSION));
  }

  @Test
  void a_file_of_something_else_is_left_alone() throws Exception {
    DatabaseConfig config = Engine.SQLITE.empty(folder);
    Engine.execute(config, "CREATE TABLE customers (id int)");
    refuses(config, "belongs to something else");
    Engine.execute(config, "INSERT INTO customers VALUES (1)");
    assertThat(journalMode(config)).isEqualTo("delete");
  }

  @ParameterizedTest
  @EnumSource
  void a_schema_that_flyway_itself_created_is_no_null_pointer(Engine engine) throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    addToHistory(config, "0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', 'public'");
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(Runs.running());
      assertThat(database.migrate().applied()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_repeatable_migration_of_somebody_keeps_no_run_from_being_saved(Engine engine)
      throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    addToHistory(config, "99, NULL, 'views', 'SQL', 'R__views.sql'");
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(Runs.running());
      assertThatThrownBy(database::migrate)
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("views");
    }
  }

  private static void addToHistory(DatabaseConfig config, String values) throws SQLException {
    Engine.execute(
        config,
        "INSERT INTO run_registry_schema_history (installed_rank, version, description, type, script,"
            + " installed_by, execution_time, success) VALUES ("
            + values
            + ", 'somebody', 1, true)");
  }

  @Test
  void a_postgresql_that_cannot_store_every_character_is_refused() throws Exception {
    DatabaseConfig config =
        Engine.POSTGRES.created("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    refuses(config, "its encoding is LATIN1");
    assertThatThrownBy(() -> Engine.execute(config, "SELECT * FROM tunix_runs"))
        .isInstanceOf(SQLException.class);
  }

  private static void refuses(DatabaseConfig config, String reason) {
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThatThrownBy(database::migrate)
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining(reason);
      assertThatThrownBy(() -> database.runs().save(Runs.running()))
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining(reason);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_migration_that_was_changed_afterwards_is_refused_by_migrate(Engine engine)
      throws Exception {
    DatabaseConfig config = engine.migrated(folder);
    Engine.execute(config, "UPDATE run_registry_schema_history SET checksum = 1");
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThatThrownBy(database::migrate)
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("checksum mismatch");
    }
  }

  @Test
  void the_version_known_to_the_program_is_that_of_the_newest_migration() throws IOException {
    for (String database : List.of("postgresql", "sqlite")) {
      try (Stream<Path> files = Files.list(Path.of(FOLDER, database))) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .filteredOn(name -> name.startsWith("V"))
            .extracting(name -> Integer.valueOf(name.replaceAll("V(\\d+)__.*", "$1")))
            .contains(Schema.VERSION)
            .allMatch(version -> version <= Schema.VERSION)
            .doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void both_migrations_say_when_a_column_is_null() throws IOException {
    for (String database : List.of("postgresql", "sqlite")) {
      String script = "migration/" + database + "/V1__add_tunix_runs_table.sql";
      try (InputStream in = RunDatabase.class.getResourceAsStream(script)) {
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
            .containsPattern("-- +exit_code +null for every dry-run, for every timeout")
            .containsPattern("-- +completed_at +null only when the process never completed")
            .containsPattern("-- +duration_seconds .* set whenever completed_at is");
      }
    }
  }

  @Test
  void a_sqlite_file_has_a_write_ahead_log_from_the_start() throws Exception {
    assertThat(journalMode(Engine.SQLITE.migrated(folder))).isEqualTo("wal");
  }

  private static String journalMode(DatabaseConfig config) throws SQLException {
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement();
        var mode = statement.executeQuery("PRAGMA journal_mode")) {
      return mode.getString(1);
    }
  }
}
