package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.service.ReconciledRun;
import dev.runregistry.run.service.ReconciledRun.Action;
import dev.runregistry.run.service.Reconciliation;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final TestServer server = TestServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private String scrape() {
    return server.get("/metrics").body();
  }

  @Test
  void metrics_are_in_the_text_format_of_prometheus() {
    HttpResponse<String> answer = server.get("/metrics");

    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body()).contains("# TYPE jvm_memory_used_bytes gauge");
  }

  @Test
  void runs_are_counted_by_mode_and_status_and_their_duration_is_measured() {
    server.post("{\"dataset_key\":\"math-v1\",\"model_id\":\"m\"}");
    server.post("{\"dataset_key\":\"none\",\"model_id\":\"m\"}");
    server.post("{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"dry_run\":false}");

    assertThat(scrape())
        .contains("registry_runs_total{mode=\"dry-run\",status=\"completed\"} 1.0")
        .contains("registry_runs_total{mode=\"dry-run\",status=\"failed\"} 1.0")
        .contains("registry_runs_total{mode=\"local\",status=\"completed\"} 1.0")
        .contains("registry_run_duration_seconds_count{mode=\"dry-run\"} 2")
        .contains("registry_run_duration_seconds_bucket{mode=\"local\",le=\"60.0\"} 1");
  }

  @Test
  void calls_of_the_database_and_their_failures_are_measured() {
    server.get("/api/tunix/runs");
    server.repository.setBroken(true);
    server.get("/api/tunix/runs");
    server.get("/api/tunix/runs/" + Runs.id());

    assertThat(scrape())
        .contains("registry_database_seconds_count{operation=\"page\",outcome=\"done\"} 1")
        .contains("registry_database_seconds_count{operation=\"page\",outcome=\"failed\"} 1")
        .contains("registry_database_seconds_count{operation=\"find\",outcome=\"failed\"} 1");
  }

  @Test
  void a_metered_repository_is_the_same_repository() {
    InMemoryRunRepository plain = new InMemoryRunRepository();
    var run = Runs.completed();

    var metered = new RegistryMetrics().instrument(plain);
    metered.save(run);

    assertThat(metered.find(run.id())).contains(run);
    assertThat(metered.findIds(new RunIdPrefix(run.id().toString()), 2)).containsExactly(run.id());
  }

  @Test
  void requests_are_measured_by_route_and_odd_ones_make_no_labels_of_their_own() {
    for (int i = 0; i < 3; i++) {
      server.get("/api/tunix/runs/" + Runs.id());
      server.get("/api/none/" + Runs.id());
    }
    server.send(server.request("/api/health").method("OPTIONS", BodyPublishers.noBody()));
    RawRequest.send(server, "BREW /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    RawRequest.send(server, "NONSENSE\r\n\r\n");

    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () ->
                assertThat(scrape())
                    .contains(
                        "http_server_requests_seconds_count{method=\"GET\","
                            + "route=\"/api/tunix/runs/{run_id}\",status=\"404\"} 3")
                    .contains(
                        "http_server_requests_seconds_count{method=\"GET\","
                            + "route=\"other\",status=\"404\"} 3")
                    .contains("method=\"other\",route=\"/api/health\",status=\"405\"} 1")
                    .contains("route=\"other\",status=\"400\"} 1"));
    assertThat(scrape()).doesNotContain("BREW").doesNotContain("NONSENSE").doesNotContain("none");
  }

  @Test
  void the_depth_of_the_journal_and_local_runs_are_shown() {
    server.config.metrics().journalDepth(() -> 7);

    assertThat(scrape()).contains("registry_journal_depth 7.0").contains("registry_local_runs 0.0");
  }

  @Test
  void every_status_is_counted_from_zero_and_none_that_does_not_end_a_run() {
    String metrics = new RegistryMetrics().scrape().orElseThrow();

    for (String mode : List.of("dry-run", "local")) {
      for (String status : List.of("completed", "failed", "timeout", "cancelled")) {
        assertThat(metrics)
            .contains("registry_runs_total{mode=\"%s\",status=\"%s\"} 0.0".formatted(mode, status));
      }
    }
    assertThat(metrics)
        .contains("registry_runs_lost_total 0.0", "registry_runs_reconciled_total 0.0")
        .contains("registry_cancellations_total 0.0", "registry_contradictions_total 0.0")
        .doesNotContain("status=\"pending\"", "status=\"running\"");
  }

  @Test
  void a_program_has_the_metrics_in_its_own_registry_and_exports_them_itself() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (TestServer embedded =
        TestServer.start(
            ScriptedRunExecutor.endingWith(Runs.exited(0)),
            settings -> settings.metrics(new RegistryMetrics(meters)))) {
      embedded.post("{\"dataset_key\":\"math-v1\",\"model_id\":\"m\"}");
      assertThat(embedded.get("/metrics").statusCode()).isEqualTo(404);
    }
    assertThat(meters.getMeters())
        .isNotEmpty()
        .allMatch(meter -> meter.getId().getName().startsWith("registry."));
    assertThat(meters.get("registry.runs").tags("status", "completed").counters())
        .anyMatch(counter -> counter.count() == 1);
    assertThat(meters.get("registry.http.requests").tag("status", "404").timers()).isNotEmpty();
    assertThat(meters.isClosed()).isFalse();
  }

  @Test
  void lost_runs_are_counted_among_the_failed_ones_and_by_themselves() {
    RegistryMetrics metrics = new RegistryMetrics();
    Run lost = Runs.ended(Runs.running(), new Lost("Lost: the host restarted", Output.NONE));

    metrics.reconciled(new Reconciliation(List.of(finding(lost, Action.RECORDED))));

    assertThat(metrics.scrape().orElseThrow())
        .contains("registry_runs_lost_total 1.0", "registry_runs_reconciled_total 1.0")
        .contains("registry_runs_total{mode=\"local\",status=\"failed\"} 1.0");
  }

  @Test
  void version_disk_and_database_are_shown() {
    server.config.metrics().buildInfo("1.2.3");
    server.config.metrics().homeDisk(() -> 2_000_000_000_000L, () -> 3_000_000_000_000L);

    assertThat(scrape())
        .contains("registry_build_info{version=\"1.2.3\"} 1")
        .contains("registry_home_free_bytes 2.0E12", "registry_home_size_bytes 3.0E12")
        .contains("registry_database_up 1.0");
    server.repository.setBroken(true);
    assertThat(scrape()).contains("registry_database_up 0.0");
  }

  @Test
  void runs_that_reconcile_records_are_counted_once() {
    RegistryMetrics metrics = new RegistryMetrics();
    Run here = Runs.completed();
    metrics.ended(here); // and its ending waited for the database
    Run orphan = Runs.completed();
    Run active = Runs.running();

    metrics.reconciled(
        new Reconciliation(
            List.of(
                finding(here, Action.RECORDED),
                finding(orphan, Action.RECORDED),
                finding(active, Action.RECORDED),
                finding(Runs.completed(), Action.DEFERRED))));

    assertThat(metrics.scrape().orElseThrow())
        .contains("registry_runs_total{mode=\"local\",status=\"completed\"} 2.0")
        .doesNotContain("status=\"running\"");
  }

  private static ReconciledRun finding(Run run, Action action) {
    return new ReconciledRun(run.id().toString(), action, "a message", Optional.of(run));
  }
}
