package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Local runs that go on for as long as the test wants. */
class LocalRunLimiterTest {
  private static final String LOCAL =
      "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"dry_run\":false}";
  private static final String DRY_RUN = "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\"}";

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final CountDownLatch over = new CountDownLatch(1);
  private final ScriptedRunExecutor executor =
      ScriptedRunExecutor.playing(
          running -> {
            over.await();
            return Runs.exited(0);
          });
  private final TestServer server =
      TestServer.start(
          executor, settings -> settings.maxLocalRuns(2).stopTimeout(Duration.ofSeconds(1)));

  @AfterEach
  void stop() {
    over.countDown();
    server.close();
  }

  private CompletableFuture<HttpResponse<String>> start() {
    int before = executor.executed().size();
    CompletableFuture<HttpResponse<String>> answer = server.sendAsync(server.posting(LOCAL));
    await().atMost(Duration.ofMinutes(2)).until(() -> executor.executed().size() > before);
    return answer;
  }

  /** What was seen: 429 for ever, after the limit on processes had been met once. */
  @Test
  void a_run_whose_thread_cannot_be_started_does_not_count() {
    AtomicBoolean exhausted = new AtomicBoolean(true);
    LocalRunLimiter runs =
        new LocalRunLimiter(
            1,
            task -> {
              if (exhausted.get()) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              task.run();
            });

    assertThatThrownBy(() -> runs.start(Runs.id(), () -> 1))
        .isInstanceOf(RejectedExecutionException.class);

    assertThat(runs.running()).isZero();
    exhausted.set(false);
    assertThat(runs.start(Runs.id(), () -> 2).orElseThrow()).isCompletedWithValue(2);
  }

  @Test
  void one_run_too_many_is_429_and_may_come_again() {
    CompletableFuture<HttpResponse<String>> first = start();
    CompletableFuture<HttpResponse<String>> second = start();

    HttpResponse<String> third = server.post(LOCAL);

    assertThat(third.statusCode()).isEqualTo(429);
    assertThat(third.headers().firstValue("Retry-After")).contains("5");
    assertThat(json(third).get("detail").textValue()).startsWith("All 2 local slots are busy");
    assertThat(server.post(DRY_RUN).statusCode()).as("a dry-run starts nothing").isEqualTo(200);
    over.countDown();
    assertThat(first.join().statusCode()).isEqualTo(200);
    assertThat(second.join().statusCode()).isEqualTo(200);
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> assertThat(server.post(LOCAL).statusCode()).isEqualTo(200));
  }

  @Test
  void a_run_that_goes_on_is_on_record_as_running() {
    start();

    HttpResponse<String> answer = server.get("/api/tunix/runs?status=running");

    assertThat(json(answer).get("data")).hasSize(1);
    assertThat(json(answer).get("data").get(0).get("duration_seconds").isNull()).isTrue();
  }

  @Test
  void a_run_may_take_longer_than_any_limit_of_a_request() throws InterruptedException {
    try (TestServer hasty =
        TestServer.start(executor, settings -> settings.requestTimeout(Duration.ofMillis(400)))) {
      CompletableFuture<HttpResponse<String>> answer = hasty.sendAsync(hasty.posting(LOCAL));

      assertThat(over.await(1_500, TimeUnit.MILLISECONDS)).isFalse();
      over.countDown();

      assertThat(answer.join().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_client_that_hangs_up_does_not_end_its_run() throws IOException {
    try (Socket socket = RawRequest.connect(server)) {
      String head =
          "POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
      socket
          .getOutputStream()
          .write(
              (head + "Content-Length: " + LOCAL.length() + "\r\n\r\n" + LOCAL)
                  .getBytes(StandardCharsets.US_ASCII));
      await().atMost(Duration.ofMinutes(2)).until(() -> executor.executed().size() == 1);
      socket.setSoLinger(true, 0);
    }
    Run run = executor.executed().get(0);
    assertThat(server.repository.find(run.id()).orElseThrow().status())
        .isEqualTo(RunStatus.RUNNING);

    over.countDown();

    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () ->
                assertThat(server.repository.find(run.id()).orElseThrow().exitCode()).isEqualTo(0));
    assertThat(server.journal.isArchived(run.id())).isTrue();
  }

  @Test
  void health_and_lists_do_not_wait_for_runs() {
    start();
    start();

    for (int i = 0; i < 50; i++) {
      assertThat(server.get("/api/health").statusCode()).isEqualTo(200);
      assertThat(server.get("/api/tunix/runs").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void sixty_runs_started_at_once_are_carried_out_or_told_to_come_again() {
    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, 60).mapToObj(i -> server.sendAsync(server.posting(LOCAL))).toList();
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> answers.stream().filter(CompletableFuture::isDone).count() == 58);
    over.countDown();

    List<Integer> statuses = answers.stream().map(a -> a.join().statusCode()).sorted().toList();

    assertThat(statuses.subList(0, 2)).containsOnly(200);
    assertThat(statuses.subList(2, 60)).containsOnly(429);
    assertThat(executor.executed()).hasSize(2);
  }

  /** What was seen: health and reads stopped answering until the run had ended. */
  @Test
  void a_server_that_stops_answers_all_but_new_runs_until_its_runs_have_ended() throws Exception {
    try (TestServer patient =
        TestServer.start(executor, settings -> settings.stopTimeout(Duration.ofMinutes(10)))) {
      CompletableFuture<HttpResponse<String>> answer = patient.sendAsync(patient.posting(LOCAL));
      await().atMost(PATIENCE).until(() -> executor.executed().size() == 1);
      CompletableFuture<Void> stopped = CompletableFuture.runAsync(patient.server::stop);

      await().atMost(PATIENCE).until(() -> patient.post(DRY_RUN).statusCode() == 503);
      for (String body : List.of(DRY_RUN, LOCAL)) {
        HttpResponse<String> refused = patient.post(body);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(json(refused).get("detail").textValue()).contains("nothing was started");
      }
      assertThat(patient.get("/api/health").statusCode()).isEqualTo(200);
      assertThat(patient.get("/api/health/ready").statusCode()).isEqualTo(503);
      assertThat(json(patient.get("/api/tunix/runs?status=running")).get("data")).hasSize(1);
      assertThat(stopped).isNotDone();
      over.countDown();

      assertThat(answer.join().statusCode()).isEqualTo(200);
      stopped.get(5, TimeUnit.MINUTES);
    }
  }

  /** What was seen: 500, and a stack trace in the log. */
  @Test
  void a_run_that_outlasts_the_stop_limit_goes_on_and_its_request_is_told_its_id()
      throws Exception {
    CompletableFuture<HttpResponse<String>> answer = start();
    Run run = executor.executed().get(0);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    log.start();
    root.addAppender(log);

    CompletableFuture.runAsync(server.server::stop).get(5, TimeUnit.MINUTES);

    root.detachAppender(log);
    assertThat(answer.join().statusCode()).isEqualTo(503);
    assertThat(json(answer.join()).get("detail").textValue())
        .contains("run " + run.id() + " continues");
    assertThat(log.list).allMatch(event -> event.getThrowableProxy() == null);
    assertThat(server.repository.find(run.id()).orElseThrow().status())
        .isEqualTo(RunStatus.RUNNING);
    over.countDown();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(server.repository.find(run.id()).orElseThrow().exitCode()).isEqualTo(0));
  }

  @Test
  void a_server_can_be_stopped_twice() {
    server.close();
    server.close();

    assertThat(over.getCount()).isEqualTo(1);
  }
}
