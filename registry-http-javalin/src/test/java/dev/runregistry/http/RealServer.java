package dev.runregistry.http;

import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileQueueControl;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.FileRunQueue;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.host.Hosts;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.service.RunDispatcher;
import dev.runregistry.run.service.RunRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A server with a real database, a real home and real processes. */
final class RealServer extends TestClient {
  private static final Path DATASETS = Path.of("../examples/datasets");

  /** How many runs may wait. */
  static final int QUEUE_MAX = 30;

  final FileRunJournal home;
  final RunRegistry registry;
  private final RunDatabase database;
  private final RegistryServer server;
  private final RunDispatcher dispatcher;

  RealServer(DatabaseConfig config, Path folder, UnaryOperator<ServerConfig.Builder> settings) {
    this(config, folder, DATASETS, settings);
  }

  RealServer(
      DatabaseConfig config,
      Path folder,
      Path datasets,
      UnaryOperator<ServerConfig.Builder> settings) {
    this(config, folder, datasets, settings, keys -> keys);
  }

  private RealServer(
      DatabaseConfig config,
      Path folder,
      Path datasets,
      UnaryOperator<ServerConfig.Builder> settings,
      UnaryOperator<IdempotencyKeys> around) {
    home = FileRunJournal.at(folder);
    database = RunDatabase.at(config);
    RegistryMetrics metrics = new RegistryMetrics();
    metrics.journalDepth(home::activeRuns);
    registry =
        RunRegistry.builder()
            .repository(metrics.instrument(database.runs()))
            .cancelRequests(database.cancelRequests())
            .hosts(database.hosts())
            .journal(home)
            .queue(FileRunQueue.of(home), FileQueueControl.of(home), QUEUE_MAX)
            .executor(LocalRunExecutor.builder().build())
            .catalog(FolderDatasetCatalog.at(datasets))
            .ids(new UuidV7RunIds())
            .idempotencyKeys(around.apply(database.idempotencyKeys()))
            .build();
    metrics.queue(registry::queueStatus);
    dispatcher = registry.dispatcher(new QueueLimits(2, QUEUE_MAX, List.of()), metrics::dispatched);
    ServerConfig.Builder builder = ServerConfig.builder().port(0).metrics(metrics);
    server = RegistryServer.create(registry, settings.apply(builder).build()).start();
  }

  /** One whose keys are not simply those of the database. */
  static RealServer withKeys(
      DatabaseConfig config, Path folder, String script, UnaryOperator<IdempotencyKeys> around) {
    return new RealServer(config, folder, DATASETS, running(script), around);
  }

  static UnaryOperator<ServerConfig.Builder> running(String script) {
    return settings -> settings.command(List.of("sh", "-c", script, "sh", "{config}"));
  }

  static String body(boolean dryRun) {
    return "{\"dataset_key\":\"arithmetic-traces\",\"model_id\":\"m\",\"dry_run\":" + dryRun + "}";
  }

  /** Begins to start what waits; before that, all of it goes on waiting. */
  void dispatch() {
    dispatcher.start();
  }

  /** The database itself, for runs that no request can make. */
  RunRepository runs() {
    return database.runs();
  }

  /** The hosts in the database. */
  Hosts hosts() {
    return database.hosts();
  }

  /** The ids of the runs that the database has not taken yet. */
  List<String> active() {
    try (Stream<Path> folders = Files.list(home.folder().resolve("runs").resolve("active"))) {
      return folders.map(folder -> folder.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  int port() {
    return server.port();
  }

  @Override
  public void close() {
    dispatcher.close();
    server.close();
    database.close();
  }
}
