package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class ForgottenHomesTest {
  @TempDir private Path folder;

  private static Home home(String host) {
    return new Home(UUID.randomUUID(), host, "1.2.3");
  }

  @ParameterizedTest
  @EnumSource
  void homes_that_were_not_seen_for_a_month_are_kept_while_they_have_active_runs(Engine engine)
      throws SQLException {
    DatabaseConfig config = engine.migrated(folder);
    Home runs = home("node7");
    Home waits = home("node8");
    Home idle = home("node9");
    Home recent = home("node10");
    Run waiting = Runs.pending();
    Run ended = Runs.pending();
    try (RunDatabase database = RunDatabase.at(config)) {
      List.of(runs, waits, idle, recent).forEach(database.hosts()::announce);
      database.runs().save(Runs.running().withProvenance(Runs.provenance())); // on node7
      List.of(waiting, ended).forEach(database.runs()::save);
      database.hosts().assign(waits.id(), null, List.of(waiting.id()));
      database.hosts().assign(idle.id(), null, List.of(ended.id()));
      database.runs().save(Runs.ended(ended, Runs.notStarted()));
    }
    for (Home old : List.of(runs, waits, idle)) {
      engine.age(config, old.id(), Duration.ofDays(31));
    }
    engine.age(config, recent.id(), Duration.ofDays(29));

    try (RunDatabase database = RunDatabase.at(config)) {
      database.hosts().announce(home("node11"));

      assertThat(database.hosts().list())
          .extracting(KnownHost::name)
          .containsExactly("node10", "node11", "node7", "node8");
    }
    assertThat(runsWithHomes(config)).containsExactly(waiting.id().toString());
  }

  private static List<String> runsWithHomes(DatabaseConfig config) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT run_id FROM run_homes")) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }
}
