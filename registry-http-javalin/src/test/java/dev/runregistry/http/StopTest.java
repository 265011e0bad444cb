package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** How a server stops, whose stop limit is longer than this test may take. */
class StopTest {
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TestServer server =
      TestServer.start(
          ScriptedRunExecutor.endingWith(Runs.exited(0)),
          settings ->
              settings.metrics(new RegistryMetrics(meters)).stopTimeout(Duration.ofMinutes(10)));

  /** What was seen: one stop in some hundreds took the whole limit, with nothing going on. */
  @Test
  void a_stop_waited_for_a_kept_connection_whose_request_was_just_being_recorded()
      throws IOException {
    CountDownLatch stopping = new CountDownLatch(1);
    meters.config().onMeterAdded(meter -> await(stopping)); // after the answer has been sent
    try (Socket answered = RawRequest.connect(server);
        Socket idle = RawRequest.connect(server)) {
      answered
          .getOutputStream()
          .write(
              "GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(RawRequest.read(answered.getInputStream()).statusCode()).isEqualTo(200);

      CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
      assertThat(idle.getInputStream().read()).as("closed by the stop").isEqualTo(-1);
      stopping.countDown();

      stopped.join();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
