package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that fails at the last sync of the beginning of a run: what was said has to be true. */
@Timeout(600)
class FailingSyncIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String DRY_RUN =
      "{\"dataset_key\":\"arithmetic-traces\",\"model_id\":\"m\"}";

  @TempDir private Path folder;
  private Installation installation;

  @BeforeEach
  void open() throws IOException {
    Tools.need();
    installation = new Installation(folder.resolve("cache"), false);
    Files.createDirectories(active());
  }

  private Path active() {
    return folder.resolve("home/runs/active");
  }

  /** Its first sync of the folder of active runs fails. */
  private Process start(String... words) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("strace", "-DDD", "-f", "-qqq", "-o", "/dev/null"));
    command.addAll(List.of("-P", active().toString(), "-e", "trace=fsync"));
    command.addAll(List.of("-e", "signal=none", "-e", "inject=fsync:error=EIO:when=1"));
    command.addAll(installation.launcher(List.of(words)));
    return started(command);
  }

  private Process started(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(installation.environment());
    builder.environment().put("REGISTRY_HOME", folder.resolve("home").toString());
    return builder
        .redirectInput(new File("/dev/null"))
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private String listed() throws Exception {
    Process list = started(installation.launcher(List.of("runs", "--json")));
    assertThat(list.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return Files.readString(folder.resolve("out"));
  }

  @Test
  void a_command_that_was_not_started_is_not_on_record_as_failed_later() throws Exception {
    Process run = start("run", "--", "touch", folder.resolve("up").toString());

    assertThat(run.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

    assertThat(run.exitValue()).isEqualTo(125);
    assertThat(folder.resolve("err")).content().contains("cannot be journaled");
    assertThat(folder.resolve("up")).doesNotExist();
    assertThat(active()).isEmptyDirectory();
    assertThat(active().resolveSibling("starting")).isEmptyDirectory();
    assertThat(listed()).isEmpty();
  }

  /** 503 "nothing was started", then a failed run on record; under the key it was that run. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_request_that_was_not_taken_up_leaves_no_run_and_its_key_is_free(boolean withKey)
      throws Exception {
    String datasets = Installation.datasets().toString();
    Process server = start("serve", "--port", "0", "--datasets", datasets);
    try {
      URI address = address(server);

      assertThat(post(address, withKey).statusCode()).isEqualTo(503);
      // once on each thread of the server: that is how strace counts
      await().atMost(PATIENCE).until(() -> post(address, withKey).statusCode() == 200);

      await().atMost(PATIENCE).untilAsserted(() -> assertThat(active()).isEmptyDirectory());
    } finally {
      server.destroy();
      assertThat(server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
    assertThat(listed()).hasLineCount(1).contains("\"status\":\"completed\"");
  }

  private URI address(Process server) throws IOException {
    Path out = folder.resolve("out");
    await().atMost(PATIENCE).until(() -> Files.readString(out).endsWith("\n") || !server.isAlive());
    return URI.create(Files.readString(out).strip());
  }

  private static HttpResponse<String> post(URI server, boolean withKey) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve("/api/tunix/run"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(DRY_RUN));
    if (withKey) {
      request.header("Idempotency-Key", "\"k-1\"");
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }
}
