package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts and the dashboard of the examples, and the metrics of a real server. */
class MonitoringIT {
  private static final Path MONITORING = Launcher.SOURCES.resolve("examples/monitoring");
  private static final Pattern METRIC = Pattern.compile("\\b(registry|http_server)_[a-z_]+");

  /** Of a metric that is measured first when a queued run starts, or a run or a request ends. */
  private static final Pattern HISTOGRAM = Pattern.compile(".*_seconds_(bucket|count)");

  @TempDir private Path folder;

  @Test
  void each_alert_is_raised_by_its_fault_and_by_nothing_else() throws Exception {
    ShellTools.needPromtool();

    for (List<String> words :
        List.of(
            List.of("check", "rules", "alerts.yml"), List.of("test", "rules", "alerts_test.yml"))) {
      Process promtool =
          new ProcessBuilder("promtool", words.get(0), words.get(1), words.get(2))
              .directory(MONITORING.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(promtool.waitFor()).as(said).isZero();
    }
  }

  @Test
  void alerts_and_dashboard_use_metrics_that_a_server_has() throws Exception {
    Set<String> used = new TreeSet<>(metrics(Files.readString(MONITORING.resolve("alerts.yml"))));
    used.addAll(metrics(queries(Files.readString(MONITORING.resolve("dashboard.json")))));
    assertThat(used).hasSizeGreaterThan(15);

    Set<String> there = metrics(scrape());

    used.removeIf(name -> HISTOGRAM.matcher(name).matches());
    assertThat(there).containsAll(used);
  }

  private static Set<String> metrics(String text) {
    Set<String> names = new TreeSet<>();
    METRIC.matcher(text).results().forEach(found -> names.add(found.group()));
    return names;
  }

  /** Returns the values of all fields that have queries, a line each. */
  private static String queries(String dashboard) throws IOException {
    StringBuilder queries = new StringBuilder();
    try (JsonParser json = new JsonFactory().createParser(dashboard)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.VALUE_STRING
            && Set.of("expr", "definition").contains(String.valueOf(json.currentName()))) {
          queries.append(json.getText()).append('\n');
        }
      }
    }
    return queries.toString();
  }

  private String scrape() throws Exception {
    Launcher.Started server =
        new Launcher(folder)
            .with("REGISTRY_CDS", "off") // for one start an archive is not worth its build
            .start(List.of("serve", "--port", "0", "--datasets", "."));
    try {
      await().atMost(Duration.ofMinutes(3)).until(() -> server.out().endsWith("\n"));
      URI address = URI.create(server.out().strip() + "/metrics");
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
          .body();
    } finally {
      server.process().destroy();
      Launcher.result(server);
    }
  }
}
