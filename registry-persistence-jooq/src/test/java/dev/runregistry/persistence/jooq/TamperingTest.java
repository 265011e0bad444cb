package dev.runregistry.persistence.jooq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.run.Run;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.StoredRun;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What somebody who owns the database can do to it, with every trigger and constraint off. */
class TamperingTest {
  @TempDir private Path folder;
  private final List<Run> runs = new ArrayList<>();
  private Engine engine;
  private DatabaseConfig config;
  private ChainHead head;

  /** Five finished runs, the links 1 to 5. */
  private void given(Engine of) throws SQLException {
    engine = of;
    config = engine.migrated(folder);
    try (RunDatabase database = RunDatabase.at(config)) {
      for (int code = 0; code < 5; code++) {
        Run run = Runs.ended(running(), Runs.exited(code));
        database.runs().save(run);
        runs.add(run);
      }
      database.runs().save(Runs.running());
    }
    Verified verified = Verified.of(config);
    assertThat(verified.discrepancies()).isEmpty();
    head = verified.head();
  }

  private static Run running() {
    return Runs.running().withProvenance(Runs.withProvenance().provenance());
  }

  private void tamper(String... changes) throws SQLException {
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      disarm(engine, statement);
      for (String change : changes) {
        assertThat(statement.executeUpdate(change)).describedAs(change).isPositive();
      }
    }
  }

  private static void disarm(Engine engine, Statement statement) throws SQLException {
    if (engine == Engine.POSTGRES) {
      statement.execute("SET session_replication_role = replica");
      return;
    }
    List<String> triggers = new ArrayList<>();
    try (ResultSet names =
        statement.executeQuery("SELECT name FROM sqlite_master WHERE type = 'trigger'")) {
      while (names.next()) {
        triggers.add(names.getString(1));
      }
    }
    for (String trigger : triggers) {
      statement.execute("DROP TRIGGER " + trigger);
    }
    statement.execute("PRAGMA ignore_check_constraints = ON");
  }

  private String of(int number) {
    return " WHERE run_id = '" + runs.get(number - 1).id() + "'";
  }

  private void isFound(String... problems) {
    assertThat(Verified.of(config).summary()).containsExactlyInAnyOrder(problems);
  }

  private String problem(String kind, int number) {
    return "%s %d %s".formatted(kind, number, runs.get(number - 1).id());
  }

  @ParameterizedTest
  @EnumSource
  void a_flipped_bit_in_the_output(Engine of) throws SQLException {
    given(of);
    tamper("UPDATE tunix_runs SET stdout = 'loss 0.24\n'" + of(3)); // 5 is 0x35, 4 is 0x34
    isFound(problem("changed", 3));
  }

  /** A host that was retired after the five runs: link 6. */
  private HostRetirement retired() {
    try (RunDatabase database = RunDatabase.at(config)) {
      return database.hosts().retire("node7", "ann", "its disk is broken").orElseThrow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void another_reason_of_a_retirement(Engine of) throws SQLException {
    given(of);
    HostRetirement retired = retired();
    assertThat(Verified.of(config).discrepancies()).isEmpty();
    assertThat(Verified.of(config).verification().retirements()).isEqualTo(1);
    tamper("UPDATE host_retirements SET reason = 'its disk is full'");
    isFound("changed 6 " + retired.id());
  }

  @ParameterizedTest
  @EnumSource
  void a_retirement_that_is_gone(Engine of) throws SQLException {
    given(of);
    HostRetirement retired = retired();
    tamper("DELETE FROM host_retirements");
    isFound("removed 6 " + retired.id());
  }

  @ParameterizedTest
  @EnumSource
  void a_retirement_that_was_put_there(Engine of) throws SQLException {
    given(of);
    String id = Runs.id().toString();
    tamper(
        "INSERT INTO host_retirements VALUES ('%s', 'node7', 'ann', '%s', 'gone')"
            .formatted(id, "2026-11-22T12:00:00.123456Z"));
    isFound("inserted null " + id);
  }

  @ParameterizedTest
  @EnumSource
  void the_link_of_a_run_that_is_passed_off_as_that_of_a_retirement(Engine of) throws SQLException {
    given(of);
    tamper("UPDATE run_chain SET form = 1001" + of(3));
    isFound(problem("link_changed", 3), problem("changed", 3));
  }

  @ParameterizedTest
  @EnumSource
  void another_exit_code(Engine of) throws SQLException {
    given(of);
    tamper(
        "UPDATE tunix_runs SET status = 'completed', exit_code = 0" + of(2),
        "UPDATE tunix_runs SET exit_code = 7" + of(5));
    isFound(problem("changed", 2), problem("changed", 5));
  }

  @ParameterizedTest
  @EnumSource
  void a_time_that_is_a_microsecond_later(Engine of) throws SQLException {
    given(of);
    tamper(
        "UPDATE tunix_runs SET completed_at = '2026-11-22T12:00:01.358024Z'" + of(4),
        "UPDATE tunix_runs SET duration_seconds = duration_seconds + 0.000001" + of(1));
    isFound(problem("changed", 4), problem("changed", 1));
  }

  @ParameterizedTest
  @EnumSource
  void a_removed_run(Engine of) throws SQLException {
    given(of);
    tamper("DELETE FROM tunix_runs" + of(3));
    isFound(problem("removed", 3));
  }

  @ParameterizedTest
  @EnumSource
  void a_run_that_is_said_to_go_on(Engine of) throws SQLException {
    given(of);
    tamper(
        "UPDATE tunix_runs SET status = 'running', exit_code = NULL, completed_at = NULL,"
            + " duration_seconds = NULL, stdout = '', stderr = '', reason = NULL"
            + of(3));
    isFound(problem("changed", 3));
  }

  @ParameterizedTest
  @EnumSource
  void a_run_that_was_removed_with_its_link(Engine of) throws SQLException {
    given(of);
    tamper("DELETE FROM tunix_runs" + of(3), "DELETE FROM run_chain" + of(3));
    isFound("link_removed 3 null");
  }

  @ParameterizedTest
  @EnumSource
  void a_run_that_was_removed_with_its_link_and_the_gap_closed(Engine of) throws SQLException {
    given(of);
    tamper(
        "DELETE FROM tunix_runs" + of(3),
        "DELETE FROM run_chain" + of(3),
        "UPDATE run_chain SET link_number = 3" + of(4),
        "UPDATE run_chain SET link_number = 4" + of(5));
    isFound("out_of_order 3 " + runs.get(3).id());
  }

  @ParameterizedTest
  @EnumSource
  void a_link_that_was_removed(Engine of) throws SQLException {
    given(of);
    tamper("DELETE FROM run_chain" + of(3));
    isFound("link_removed 3 null", "inserted null " + runs.get(2).id());
  }

  @ParameterizedTest
  @EnumSource
  void an_inserted_run(Engine of) throws SQLException {
    given(of);
    Run forged = insert(Runs.completed());
    isFound("inserted null " + forged.id());
  }

  /** As the registry saves it, but for the link. */
  private Run insert(Run run) throws SQLException {
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      disarm(engine, statement);
      Connections connections = Connections.to(config);
      new PreparedStatements(connections).write(connection, RunUpsert.save(run));
      connections.close();
    }
    return run;
  }

  @ParameterizedTest
  @EnumSource
  void an_inserted_run_with_a_forged_link(Engine of) throws SQLException {
    given(of);
    Run forged = insert(Runs.completed());
    ChainLink link =
        ChainLink.after(new ChainHead(2, links().get(1).digest()), forged, Runs.NOON, false);
    for (int number = 5; number > 2; number--) {
      tamper("UPDATE run_chain SET link_number = %d".formatted(number + 1) + of(number));
    }
    append(link);
    isFound("out_of_order 4 " + runs.get(2).id());
  }

  @ParameterizedTest
  @EnumSource
  void an_appended_run_with_a_link_whose_digest_is_made_up(Engine of) throws SQLException {
    given(of);
    Run forged = insert(Runs.completed());
    ChainLink made = ChainLink.after(head, forged, Runs.NOON, false);
    append(
        new ChainLink(
            6,
            made.runId(),
            made.version(),
            made.runDigest(),
            Runs.NOON,
            false,
            made.previous(),
            head.digest()));
    isFound("link_changed 6 " + forged.id());
  }

  private List<ChainLink> links() {
    List<ChainLink> links = new ArrayList<>();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.chain().read(collecting(links));
    }
    return links;
  }

  private static RunChain.Visitor collecting(List<ChainLink> links) {
    return new RunChain.Visitor() {
      @Override
      public void link(ChainLink link, StoredRun record) {
        links.add(link);
      }

      @Override
      public void unreadableLink(long number, String reason) {}

      @Override
      public void unchained(String runId) {}
    };
  }

  private void append(ChainLink link) throws SQLException {
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      disarm(engine, statement);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO run_chain (link_number, run_id, form, run_digest, recorded_at, sealed,"
                  + " previous_digest, link_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
        insert.setLong(1, link.number());
        insert.setInt(3, link.version());
        insert.setBytes(4, link.runDigest().bytes());
        insert.setBoolean(6, link.backfilled());
        insert.setBytes(7, link.previous().bytes());
        insert.setBytes(8, link.digest().bytes());
        if (engine == Engine.SQLITE) {
          insert.setString(2, link.runId().toString());
          insert.setString(5, Timestamps.text(link.recordedAt()));
        } else {
          insert.setObject(2, link.runId().value());
          insert.setObject(5, link.recordedAt().atOffset(ZoneOffset.UTC));
        }
        insert.executeUpdate();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void exchanged_links(Engine of) throws SQLException {
    given(of);
    tamper(
        "UPDATE run_chain SET link_number = 99" + of(2),
        "UPDATE run_chain SET link_number = 2" + of(3),
        "UPDATE run_chain SET link_number = 3" + of(2));
    isFound(
        "out_of_order 2 " + runs.get(2).id(),
        "out_of_order 3 " + runs.get(1).id(),
        problem("out_of_order", 4));
  }

  @ParameterizedTest
  @EnumSource
  void runs_that_exchanged_their_names(Engine of) throws SQLException {
    given(of);
    String aside = "'00000000-0000-7000-8000-000000000000'";
    String first = "'" + runs.get(0).id() + "'";
    String second = "'" + runs.get(1).id() + "'";
    String rename = "UPDATE tunix_runs SET run_id = %s WHERE run_id = %s";
    tamper(
        rename.formatted(aside, first),
        rename.formatted(first, second),
        rename.formatted(second, aside));
    isFound(problem("changed", 1), problem("changed", 2));
  }

  @ParameterizedTest
  @EnumSource
  void an_end_that_was_cut_off_with_its_runs_if_the_head_was_kept(Engine of) throws SQLException {
    given(of);
    for (int number : new int[] {4, 5}) {
      tamper("DELETE FROM tunix_runs" + of(number), "DELETE FROM run_chain" + of(number));
    }

    assertThat(Verified.of(config).discrepancies()).isEmpty(); // nobody can tell from inside
    assertThat(Verified.of(config, head).summary()).containsExactly("cut 5 null");
  }

  @ParameterizedTest
  @EnumSource
  void a_last_run_that_was_recorded_anew_if_the_head_was_kept(Engine of) throws SQLException {
    given(of);
    tamper("DELETE FROM tunix_runs" + of(5), "DELETE FROM run_chain" + of(5));
    Run forged = insert(forgedEnding());
    append(ChainLink.after(links().get(3).toHead(), forged, Runs.NOON, false));

    assertThat(Verified.of(config).discrepancies()).isEmpty();
    assertThat(Verified.of(config, head).summary()).containsExactly(problem("rewritten", 5));
  }

  private Run forgedEnding() {
    Run last = runs.get(4);
    Run running = Run.started(last.id(), last.spec(), Runs.EXECUTOR, last.createdAt());
    return Runs.ended(running, Runs.exited(0));
  }

  /** Whatever the type of the column is: the text or the bytes that are stored. */
  @Test
  void a_flipped_bit_in_any_column_of_a_file() throws SQLException {
    given(Engine.SQLITE);
    Random random = new Random(4);
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      disarm(engine, statement);
      for (String column : columns(statement)) {
        for (int i = 0; i < 8; i++) {
          assertNoticed(connection, column, random);
        }
      }
    }
    assertThat(Verified.of(config, head).discrepancies()).isEmpty(); // all was put back
  }

  private static List<String> columns(Statement statement) throws SQLException {
    List<String> columns = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c"
                + " WHERE m.name IN ('tunix_runs', 'run_chain')")) {
      while (rows.next()) {
        columns.add(rows.getString(1));
      }
    }
    assertThat(columns).hasSizeGreaterThan(20);
    return columns;
  }

  private void assertNoticed(Connection connection, String column, Random random)
      throws SQLException {
    String table = column.replaceFirst("\\..*", "");
    String name = column.replaceFirst(".*\\.", "");
    Object value = value(connection, "SELECT " + name + " FROM " + table + of(3));
    if (value == null) {
      return;
    }
    Object changed = flipped(value, random);
    long row = (Integer) value(connection, "SELECT rowid FROM " + table + of(3));
    update(connection, table, name, row, changed);
    assertThat(Verified.of(config).discrepancies())
        .describedAs("%s: %s instead of %s", column, changed, value)
        .isNotEmpty();
    update(connection, table, name, name.equals("link_number") ? (Integer) changed : row, value);
  }

  private static Object value(Connection connection, String question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(question)) {
      return answer.getObject(1);
    }
  }

  private static void update(
      Connection connection, String table, String column, long row, Object value)
      throws SQLException {
    String sql = "UPDATE %s SET %s = ? WHERE rowid = %d".formatted(table, column, row);
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setObject(1, value);
      assertThat(update.executeUpdate()).isEqualTo(1);
    }
  }

  private static Object flipped(Object value, Random random) {
    if (value instanceof String text) { // printable ones stay valid UTF-8
      byte[] bytes = text.getBytes(UTF_8);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(7));
      return new String(bytes, UTF_8);
    }
    if (value instanceof byte[] bytes) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      return changed;
    }
    if (value instanceof Double number) {
      return Double.longBitsToDouble(Double.doubleToLongBits(number) ^ (1L << random.nextInt(63)));
    }
    return ((Integer) value) ^ (1 << random.nextInt(31));
  }
}
