package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.StoredRun;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.RunChainContract;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresRunChainTest extends RunChainContract {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private DatabaseConfig config;
  private RunDatabase database;

  @Override
  protected RunRepository empty() throws Exception {
    config = Engine.POSTGRES.migrated(Path.of(""));
    database = RunDatabase.at(config);
    return database.runs();
  }

  @Override
  protected RunChain chain() {
    return database.chain();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no statistics", "VACUUM ANALYZE"})
  void an_import_into_empty_tables_reads_no_row_again_for_each_piece(String statistics)
      throws SQLException {
    int number = 4_000;
    if (statistics.startsWith("VACUUM")) {
      Engine.execute(config, statistics);
    }

    database.chain().append(entries(number).iterator());

    await() // they are counted when the connection has ended
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(counted("n_tup_ins")).isEqualTo(2 * number));
    assertThat(counted("seq_tup_read")).isZero();
    assertThat(read()).isLessThan(10L * number); // each index of each piece: 30 times as many
  }

  /** VACUUM, as by autovacuum, notes that there are pages without rows. */
  @Test
  void an_import_after_one_that_was_killed_and_a_reading_read_all_rows_again_for_each_piece()
      throws SQLException {
    int number = 4_000;
    List<ChainEntry> entries = entries(number);
    Stream<ChainEntry> killed =
        Stream.concat(
            entries.stream(),
            Stream.generate(
                () -> {
                  throw new IllegalStateException("killed");
                }));
    assertThatThrownBy(() -> database.chain().append(killed.iterator()))
        .hasMessageContaining("killed");
    Engine.execute(config, "VACUUM (TRUNCATE FALSE)");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(counted("n_tup_ins")).isGreaterThan(number));
    long before = read();

    database.chain().append(entries.iterator());

    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(counted("n_tup_ins")).isGreaterThan(3L * number));
    long imported = read();
    assertThat(imported - before).isLessThan(10L * number);
    assertReadsEachRowAFewTimes(number, imported);
    assertThat(indexes()).isSubsetOf("tunix_runs_pkey", "run_chain_pkey", "run_chain_run_id_key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no statistics", "ANALYZE"})
  void a_reading_reads_each_row_a_few_times_however_many_there_are(String statistics)
      throws SQLException {
    int number = 20_000;
    fill(number);
    if (statistics.equals("ANALYZE")) {
      Engine.execute(config, statistics);
    }

    assertReadsEachRowAFewTimes(number, read());
  }

  private void assertReadsEachRowAFewTimes(int number, long before) throws SQLException {
    Links links = new Links();
    database.chain().read(links);

    assertThat(links.count).isEqualTo(number);
    await() // the last statement reads both tables
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(read() - before).isGreaterThanOrEqualTo(4L * number));
    assertThat(read() - before).isLessThan(7L * number);
  }

  private static final class Links implements RunChain.Visitor {
    private int count;

    @Override
    public void link(ChainLink link, StoredRun record) {
      count++;
    }

    @Override
    public void unreadableLink(long number, String reason) {}

    @Override
    public void unchained(String runId) {}
  }

  /** Adds runs of a kilobyte each, with links that are not those that a registry makes. */
  private void fill(int number) throws SQLException {
    String all =
        " FROM (SELECT (lpad(to_hex(i), 8, '0') || '-0000-7000-8000-000000000000')::uuid AS id"
            + " FROM generate_series(1, "
            + number
            + ") AS i) AS ids";
    Engine.execute(config, "ALTER TABLE tunix_runs SET (autovacuum_enabled = off)");
    Engine.execute(config, "ALTER TABLE run_chain SET (autovacuum_enabled = off)");
    Engine.execute(
        config,
        "INSERT INTO run_chain (run_id, form, run_digest, sealed) SELECT id, 4, sha256(''), false"
            + all);
    Engine.execute(
        config,
        "INSERT INTO tunix_runs (run_id, dataset_key, model_id, mode, status, executor,"
            + " created_at, started_at, completed_at, duration_seconds, message, exit_code, command,"
            + " stdout, stderr) SELECT id, 'd', 'm', 'local', 'completed', 'process', now(), now(),"
            + " now(), 0, repeat('m', 900), 0, '[\"x\"]', 'out', ''"
            + all);
  }

  /**
   * Returns the indexes of both tables that were searched. Those that have the id after another
   * column are read whole for one run, which PostgreSQL counts as nothing.
   */
  private List<String> indexes() throws SQLException {
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement();
        ResultSet used =
            statement.executeQuery(
                "SELECT indexrelname FROM pg_stat_user_indexes"
                    + " WHERE idx_scan > 0 AND relname IN ('tunix_runs', 'run_chain')")) {
      List<String> names = new ArrayList<>();
      while (used.next()) {
        names.add(used.getString(1));
      }
      return names;
    }
  }

  private long read() throws SQLException {
    return counted("seq_tup_read") + counted("coalesce(idx_tup_fetch, 0)");
  }

  /** Returns what PostgreSQL has counted of both tables. */
  private long counted(String column) throws SQLException {
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement();
        ResultSet counted =
            statement.executeQuery(
                "SELECT sum("
                    + column
                    + ") FROM pg_stat_user_tables"
                    + " WHERE relname IN ('tunix_runs', 'run_chain')")) {
      counted.next();
      return counted.getLong(1);
    }
  }
}
