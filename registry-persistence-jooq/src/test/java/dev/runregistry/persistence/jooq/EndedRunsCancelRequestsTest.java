package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class EndedRunsCancelRequestsTest {
  private static final CancelRequest BY_ANN = new CancelRequest("ann", Runs.NOON);

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void requests_are_kept_until_their_runs_have_ended(Engine engine) throws SQLException {
    try (RunDatabase database = RunDatabase.at(engine.migrated(folder))) {
      CancelRequests requests = database.cancelRequests();
      Run ended = Runs.running();
      Run running = Runs.running();
      RunId unknown = Runs.id();
      database.runs().save(ended);
      database.runs().save(running);
      List.of(ended.id(), running.id(), unknown).forEach(id -> requests.add(id, BY_ANN));
      assertThat(requests.find(List.of(ended.id(), running.id(), unknown))).hasSize(3);
      database.runs().save(Runs.ended(ended, Runs.exited(0)));

      RunId next = Runs.id();
      requests.add(next, BY_ANN);

      assertThat(requests.find(List.of(ended.id(), running.id(), unknown, next)))
          .containsOnlyKeys(running.id(), unknown, next);
    }
  }
}
