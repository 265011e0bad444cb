package dev.runregistry.chaos;

import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileQueueControl;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.FileRunQueue;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.QueueControl;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.WaitingRun;
import dev.runregistry.run.service.ReconcileBackoff;
import dev.runregistry.run.service.RunDispatcher;
import dev.runregistry.run.service.RunRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A whole registry on one home, every step of which can be its last. */
public final class Registry implements AutoCloseable {
  public static final String DATABASE = "CHAOS_DB";

  private static final Duration RECOVERY = Duration.ofSeconds(1);

  private final FileRunJournal home;
  private final RunDatabase database;
  private final RunRegistry registry;
  private final FileRunQueue queue;

  private Registry(
      Path folder, DatabaseConfig config, Steps steps, LocalRunExecutor.Builder processes) {
    home = FileRunJournal.at(folder);
    queue = FileRunQueue.of(home);
    database = RunDatabase.at(config);
    RunExecutor executor = processes.killGrace(Duration.ofMillis(500)).build();
    registry =
        RunRegistry.builder()
            .repository(steps.of(RunRepository.class, database.runs()))
            .cancelRequests(steps.of(CancelRequests.class, database.cancelRequests()))
            .journal(steps.of(RunJournal.class, home))
            .queue(
                steps.of(RunQueue.class, queue),
                steps.of(QueueControl.class, FileQueueControl.of(home)),
                QueueLimits.DEFAULT_MAX)
            .executor(steps.of(RunExecutor.class, executor))
            .chain(database.chain())
            .catalog(FolderDatasetCatalog.at(folder))
            .ids(new UuidV7RunIds())
            .build();
  }

  /** On the database that the variable {@value #DATABASE} names, else on a file in the home. */
  static Registry at(Path folder, Steps steps) {
    return at(folder, ofEnvironment(folder), steps);
  }

  static Registry at(Path folder, DatabaseConfig config, Steps steps) {
    return new Registry(folder, config, steps, LocalRunExecutor.builder());
  }

  /** One whose runs outlive it, as those of a dispatcher have to. */
  static Registry dispatching(Path folder, Steps steps) {
    return new Registry(
        folder, ofEnvironment(folder), steps, LocalRunExecutor.builder().ownSession());
  }

  private static DatabaseConfig ofEnvironment(Path folder) {
    String url = System.getenv(DATABASE);
    return url == null ? sqlite(folder) : config(url);
  }

  static DatabaseConfig sqlite(Path folder) {
    return DatabaseConfig.sqlite(folder.resolve("registry.db"));
  }

  static DatabaseConfig config(String url) {
    return new DatabaseConfig(url, null, null);
  }

  static Registry at(Path folder) {
    return at(folder, new Steps(-1));
  }

  /** On a file in the home, without faults. */
  public static Registry onFile(Path folder) {
    return at(folder, sqlite(folder), new Steps(-1));
  }

  /** The registry itself. */
  public RunRegistry runs() {
    return registry;
  }

  FileRunJournal home() {
    return home;
  }

  Run submit(List<String> command) {
    return submit(null, command);
  }

  Run submit(@Nullable Duration limit, List<String> command) {
    return registry.submit(request(limit, command));
  }

  private static RunRequest request(@Nullable Duration limit, List<String> command) {
    return RunRequest.command(DatasetKey.NONE, "none", command).withTimeLimit(limit);
  }

  Run enqueue(@Nullable Duration limit, int priority, List<String> command) {
    return registry.enqueue(request(limit, command), new QueueOptions(priority, 0));
  }

  /** Starts what waits, unless another process does, until nothing waits and nothing runs. */
  void dispatch(int slots) {
    ReconcileBackoff recovery = new ReconcileBackoff(registry, RECOVERY, RECOVERY);
    Thread thread =
        new Thread(
            () -> {
              while (true) {
                LockSupport.parkNanos(recovery.reconcile().toNanos());
              }
            },
            "reconcile");
    thread.setDaemon(true);
    thread.start();
    QueueLimits limits = new QueueLimits(slots, QueueLimits.DEFAULT_MAX, List.of());
    try (RunDispatcher dispatcher = registry.dispatcher(limits, run -> {})) {
      dispatcher.dispatchUntilEmpty();
    }
  }

  /** All that is on record, whole. */
  public List<Run> onRecord() {
    return registry.list(RunQuery.all().withLimit(RunQuery.MAX_LIMIT)).runs().stream()
        .map(RunSummary::id)
        .map(registry::get)
        .toList();
  }

  /** The runs that wait in the queue. */
  public List<RunId> waiting() {
    return queue.waitingNow().stream().map(WaitingRun::id).toList();
  }

  @Override
  public void close() {
    database.close();
  }
}
