package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Metrics and artifacts of an opened run. */
class ResultsIT extends BrowserTest {
  private static final String LOADED =
      "return performance.getEntriesByType('resource')"
          + ".filter(e => /\\/(metrics|artifacts)$/.test(e.name) && e.responseEnd > 0).length";

  private Path output;

  /** Opens a run that has ended, with that output directory. */
  private void openRun(Map<String, String> files, UnaryOperator<ServerConfig.Builder> settings)
      throws IOException {
    output = Files.createDirectories(folder.resolve("output").resolve("own"));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(output.resolve(file.getKey()), file.getValue());
    }
    serve("true", builder -> settings.apply(builder.artifactsRoot(output.getParent())));
  }

  private String run() {
    String body = RealServer.body(false).replaceFirst("}$", ",\"output_dir\":\"" + output + "\"}");
    return TestClient.json(server.post(body)).get("run_id").textValue();
  }

  private static String losses(int number) {
    StringBuilder lines = new StringBuilder();
    for (int step = 1; step <= number; step++) {
      lines.append("{\"step\":%d,\"loss\":%s,\"lr\":1e-3}\n".formatted(step, 2.0 / step));
    }
    return lines.toString();
  }

  @Test
  void the_loss_is_drawn_over_the_steps_and_described_in_words() throws IOException {
    openRun(
        Map.of("metrics.jsonl", losses(200) + "{\"eval\":1}\n{\"step\":3,\"loss\":\"x\"}\n"),
        settings -> settings);
    open("/?run=" + run());

    eventually(() -> assertThat(tab.isShown("#opened .loss polyline")).isTrue());

    String words = "Loss from 2 at step 1 to 0.01 at step 200, lowest 0.01 at step 200";
    assertThat(tab.find("#opened .loss svg").getDomAttribute("aria-label")).isEqualTo(words);
    assertThat(tab.text("#opened .loss figcaption")).isEqualTo(words);
    assertThat(tab.texts("#opened .loss .label")).containsExactly("step 1", "200", "0.01", "2");
    assertThat(tab.find("#opened .loss polyline").getDomAttribute("points").split(" "))
        .hasSize(200);
    for (int width : List.of(320, Tab.WIDE)) {
      tab.width(width);
      eventually(() -> assertThat(tab.overflow()).as("at a width of %s", width).isZero());
      tab.picture("loss-" + width);
    }
    tab.dark(true);
    assertThat(tab.accessibilityProblems()).isEmpty();
  }

  @Test
  void many_steps_are_drawn_with_few_points() throws IOException {
    openRun(Map.of("metrics.jsonl", losses(30_000)), settings -> settings);
    open("/?run=" + run());

    eventually(() -> assertThat(tab.isShown("#opened .loss polyline")).isTrue());

    assertThat(tab.find("#opened .loss polyline").getDomAttribute("points").split(" "))
        .hasSizeBetween(1_000, 5_000);
    assertThat(tab.text("#opened .loss figcaption")).contains("at step 30\u202f000");
  }

  @Test
  void artifacts_have_their_sizes_and_are_downloaded() throws IOException {
    openRun(
        Map.of("model.bin", "x".repeat(1_500), "<b>a #1%.txt", "hello", "empty", ""),
        settings -> settings);
    Path downloads = folder.resolve("downloads");
    open("/?run=" + run());
    tab.command(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", downloads.toString()));

    tab.shows("#opened .artifacts", "model.bin");

    assertThat(tab.texts("#opened .artifacts li"))
        .containsExactly("<b>a #1%.txt\n5 bytes", "empty\n0 bytes", "model.bin\n1.46 KiB");
    assertThat(tab.isShown("#opened .loss")).isFalse();
    tab.picture("artifacts");
    assertThat(tab.accessibilityProblems()).isEmpty();
    tab.click("#opened .artifacts li:last-child a");
    eventually(() -> assertThat(downloads.resolve("model.bin")).hasContent("x".repeat(1_500)));
    tab.click("#opened .artifacts li:first-child a");
    eventually(
        () -> {
          try (var files = Files.list(downloads)) {
            assertThat(files.map(Path::toFile))
                .anySatisfy(file -> assertThat(file).hasContent("hello"));
          }
        });
  }

  @Test
  void artifacts_of_a_server_with_a_token_are_downloaded_too() throws IOException {
    expectRefusals();
    openRun(Map.of("model.bin", "weights"), settings -> settings.token("secret"));
    Path downloads = folder.resolve("downloads");
    open("/");
    eventually(() -> assertThat(tab.isShown("#token")).isTrue());
    tab.fill("#token-value", "secret" + Keys.ENTER);
    tab.shows("#runtime", "ready");
    tab.fill("#output_dir", output.toString());
    fillIn("arithmetic-traces", "m");
    pressRun();
    tab.shows("#result .verdict", "completed");
    tab.click("#result .id a");
    tab.command(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", downloads.toString()));
    tab.shows("#opened .artifacts", "model.bin");

    tab.click("#opened .artifacts a");

    eventually(() -> assertThat(downloads.resolve("model.bin")).hasContent("weights"));
    Files.delete(output.resolve("model.bin"));
    tab.click("#opened .artifacts a");
    tab.shows("#opened .artifacts .problem", "Artifact not found");
  }

  @Test
  void nothing_is_shown_without_metrics_and_artifacts() throws IOException {
    openRun(Map.of(), settings -> settings);
    open("/?run=" + run());

    tab.shows("#opened .facts", "Time limit");
    eventually(() -> assertThat(tab.js(LOADED)).isEqualTo(2L));

    assertThat(tab.find("#opened .results").isDisplayed()).isFalse();
  }

  @Test
  void the_results_of_a_running_run_are_loaded_again_on_request() throws IOException {
    output = Files.createDirectories(folder.resolve("output").resolve("own"));
    serve(WAITING, settings -> settings.artifactsRoot(output.getParent()));
    String body = RealServer.body(false).replaceFirst("}$", ",\"output_dir\":\"" + output + "\"}");
    var answer = server.sendAsync(server.posting(body));
    awaitRecordOfARunningRun();
    String id = TestClient.json(server.get("/api/tunix/runs")).at("/data/0/run_id").textValue();
    open("/?run=" + id);
    tab.shows("#opened .results", "None yet.");
    Files.writeString(output.resolve("metrics.jsonl"), losses(1));

    tab.click("#opened .results button");

    tab.shows("#opened .loss figcaption", "Loss 2 at step 1");
    Files.writeString(output.resolve("metrics.jsonl"), losses(2));
    go();
    answer.join();
    tab.shows("#opened .verdict", "completed");
    tab.shows("#opened .loss figcaption", "Loss from 2 at step 1 to 1 at step 2");
    assertThat(tab.isShown("#opened .results button")).isFalse();
  }
}
