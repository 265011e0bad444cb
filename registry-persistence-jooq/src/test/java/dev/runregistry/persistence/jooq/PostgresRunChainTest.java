package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.RunChainContract;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
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
    int number = 1_000;
    if (statistics.startsWith("VACUUM")) {
      Engine.execute(config, statistics);
    }

    database.chain().append(entries(number).iterator());

    await() // they are counted when the connection has ended
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(counted("n_tup_ins")).isEqualTo(2 * number));
    assertThat(counted("seq_tup_read")).isZero();
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
