package dev.runregistry.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runregistry.run.Dataset;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryDatasetCatalog;
import dev.runregistry.testkit.InMemoryIdempotencyKeys;
import dev.runregistry.testkit.InMemoryRunJournal;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * A server on a free port of the loopback and a client for it; every answer is held against the
 * document.
 */
final class TestServer implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  final BreakableRepository repository = new BreakableRepository(new InMemoryRunRepository());
  final InMemoryRunJournal journal = new InMemoryRunJournal();
  final Map<String, Path> logs = new ConcurrentHashMap<>();
  final ServerConfig config;
  final RegistryServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private TestServer(RunExecutor executor, UnaryOperator<ServerConfig.Builder> settings) {
    config = settings.apply(ServerConfig.builder().port(0)).build();
    RunRepository metered = config.metrics().metered(repository);
    RunRegistry registry =
        RunRegistry.builder()
            .repository(metered)
            .journal(journal)
            .executor(executor)
            .catalog(catalog())
            .ids(Runs::id)
            .idempotencyKeys(new BreakableKeys(new InMemoryIdempotencyKeys(), repository))
            .logs((id, stream) -> Optional.ofNullable(logs.get(id + " " + stream.text())))
            .build();
    server = RegistryServer.create(registry, config).start();
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

  int port() {
    return server.port();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofSeconds(30));
  }

  HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  HttpResponse<String> post(String json) {
    return send(posting(json));
  }

  HttpRequest.Builder posting(String json) {
    return request("/api/tunix/run")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(json));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    return sendAsync(request).join();
  }

  CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder builder) {
    HttpRequest request = builder.build();
    return client
        .sendAsync(request, BodyHandlers.ofString())
        .thenApply(
            answer -> {
              String path = request.uri().getRawPath();
              Answers.requireDocumented(request.method(), path, answer);
              return answer;
            });
  }

  static JsonNode json(HttpResponse<String> answer) {
    try {
      return MAPPER.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
