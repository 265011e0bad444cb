package dev.runregistry.http;

import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RunRepository;
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

  final FileRunJournal home;
  final RunRegistry registry;
  private final RunDatabase database;
  private final RegistryServer server;

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
            .repository(metrics.metered(database.runs()))
            .cancelRequests(database.cancelRequests())
            .journal(home)
            .executor(LocalRunExecutor.builder().build())
            .catalog(FolderDatasetCatalog.at(datasets))
            .ids(new UuidV7RunIds())
            .idempotencyKeys(around.apply(database.idempotencyKeys()))
            .build();
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

  /** The database itself, for runs that no request can make. */
  RunRepository runs() {
    return database.runs();
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
    server.close();
    database.close();
  }
}
