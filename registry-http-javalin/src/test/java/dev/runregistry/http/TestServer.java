package dev.runregistry.http;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryDatasetCatalog;
import dev.runregistry.testkit.InMemoryHosts;
import dev.runregistry.testkit.InMemoryIdempotencyKeys;
import dev.runregistry.testkit.InMemoryRunJournal;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A server on a free port of the loopback, with fakes behind it. */
final class TestServer extends TestClient {
  private final InMemoryRunRepository stored = new InMemoryRunRepository();
  final BreakableRepository repository = new BreakableRepository(stored);
  final InMemoryHosts hosts = new InMemoryHosts(stored, Clock.systemUTC());
  final InMemoryRunJournal journal = new InMemoryRunJournal();
  final Map<String, Path> logs = new ConcurrentHashMap<>();
  volatile long logLimit = Long.MAX_VALUE;
  final ServerConfig config;
  final RegistryServer server;

  private TestServer(RunExecutor executor, UnaryOperator<ServerConfig.Builder> settings) {
    config = settings.apply(ServerConfig.builder().port(0)).build();
    RunRepository metered = config.metrics().instrument(repository);
    RunRegistry registry =
        RunRegistry.builder()
            .repository(metered)
            .hosts(hosts)
            .journal(
                with(
                    RunJournal.class,
                    journal,
                    Map.of("workspace", id -> Optional.of(Path.of(id[0].toString())))))
            .executor(
                with(
                    RunExecutor.class,
                    executor,
                    Map.of(
                        "log",
                        of ->
                            Optional.ofNullable(logs.get(of[0] + " " + ((LogStream) of[1]).text())),
                        "maxLogBytes",
                        workspace -> logLimit)))
            .catalog(catalog())
            .ids(Runs::id)
            .idempotencyKeys(new BreakableKeys(new InMemoryIdempotencyKeys(metered), repository))
            .build();
    server = RegistryServer.create(registry, config).start();
  }

  /** The port with other answers to the methods of those names. */
  private static <T> T with(
      Class<T> port, T target, Map<String, Function<Object[], Object>> answers) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> {
              Function<Object[], Object> answer = answers.get(method.getName());
              try {
                return answer != null ? answer.apply(arguments) : method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private static InMemoryDatasetCatalog catalog() {
    InMemoryDatasetCatalog catalog = new InMemoryDatasetCatalog();
    Path records = Path.of("dataset.jsonl").toAbsolutePath();
    catalog.add(
        new Dataset(new DatasetKey("math-v1"), "Arithmetic", "1.0", 60, records),
        List.of(true, true));
    return catalog;
  }

  static TestServer start() {
    return start(ScriptedRunExecutor.endingWith(Runs.exited(0)), settings -> settings);
  }

  static TestServer start(RunExecutor executor) {
    return start(executor, settings -> settings);
  }

  static TestServer start(RunExecutor executor, UnaryOperator<ServerConfig.Builder> settings) {
    return new TestServer(executor, settings);
  }

  @Override
  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }
}
