package dev.runregistry.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.Run;
import dev.runregistry.run.service.ReconcileBackoff;
import dev.runregistry.run.service.Reconciliation;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryDatasetCatalog;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class PeriodicReconcileTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  @Test
  void a_run_whose_owner_died_waits_for_no_pause_when_it_is_cancelled() {
    FileRunJournal home = FileRunJournal.at(folder);
    InMemoryRunRepository database = new InMemoryRunRepository();
    RunRegistry registry =
        RunRegistry.builder()
            .repository(database)
            .journal(home)
            .executor(LocalRunExecutor.builder().build())
            .catalog(new InMemoryDatasetCatalog())
            .ids(Runs::id)
            .build();
    List<Reconciliation> passes = new CopyOnWriteArrayList<>();
    Semaphore wakeups = new Semaphore(0);
    Duration pause = Duration.ofHours(1);
    try (PeriodicReconcile reconciling =
        PeriodicReconcile.start(
            new ReconcileBackoff(registry, pause, pause), wakeups, passes::add)) {
      await().atMost(PATIENCE).until(() -> passes.size() == 1);
      Run orphan = Runs.running();
      home.begin(orphan);
      home.unlock(orphan.id());

      assertThat(registry.cancel(orphan.id(), "ann").isRequested()).isTrue();
      wakeups.release();

      await()
          .atMost(PATIENCE)
          .until(
              () -> database.find(orphan.id()).filter(run -> run.status().isFinal()).isPresent());
      reconciling.stopSoon();
    }
  }
}
