package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.RealServer.running;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in real output directories. */
@Timeout(600)
class ArtifactsTest {
  @TempDir private Path folder;
  private RealServer server;
  private Path root;

  @BeforeEach
  void start() throws IOException {
    root = Files.createDirectory(folder.resolve("output"));
    server =
        new RealServer(
            RealDatabase.sqlite(folder.resolve("registry.db")),
            folder.resolve("home"),
            settings -> running("true").apply(settings).artifactsRoot(root));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** The path of a run with that output directory. */
  private String run(Path directory) {
    String json = body(true).replaceFirst("}$", ",\"output_dir\":\"" + directory + "\"}");
    return "/api/tunix/runs/" + json(server.post(json)).get("run_id").textValue();
  }

  private Path directory(String name) throws IOException {
    return Files.createDirectories(root.resolve(name));
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String detail) {
    assertThat(json(answer).get("detail").textValue()).isEqualTo(detail);
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  @Test
  void the_files_of_a_run_are_listed_by_name_and_downloaded_as_they_are() throws IOException {
    Path own = directory("own");
    byte[] model = {0, 1, (byte) 0xff, '\n'};
    Files.write(own.resolve("model.bin"), model);
    Files.writeString(own.resolve("ä \"b\".txt"), "text");
    Files.createDirectory(own.resolve("checkpoints"));
    Files.createSymbolicLink(own.resolve("link"), own.resolve("model.bin"));
    String run = run(own);

    JsonNode files = json(server.get(run + "/artifacts")).get("artifacts");
    assertThat(files)
        .hasToString(
            "[{\"name\":\"model.bin\",\"size\":4,\"path\":\"%1$s/model.bin\"},{\"name\":\"ä \\\"b\\\".txt\",\"size\":4,\"path\":\"%1$s/ä \\\"b\\\".txt\"}]"
                .formatted(own));
    HttpResponse<String> text = server.get(run + "/artifacts/%C3%A4%20%22b%22.txt/download");
    assertThat(text.body()).isEqualTo("text");
    assertThat(text.headers().firstValue("Content-Type")).contains("application/octet-stream");
    assertThat(text.headers().firstValue("Content-Disposition"))
        .contains("attachment; filename=\"_ _b_.txt\"; filename*=UTF-8''%C3%A4%20%22b%22.txt");
    HttpResponse<String> head =
        server.send(
            server
                .request(run + "/artifacts/model.bin/download")
                .method("HEAD", BodyPublishers.noBody()));
    assertThat(head.headers().firstValue("Content-Length")).contains("4");
  }

  @Test
  void only_regular_files_of_the_directory_itself_can_be_downloaded() throws IOException {
    Path own = directory("own");
    Files.createDirectory(own.resolve("checkpoints"));
    Files.createSymbolicLink(own.resolve("passwd"), Path.of("/etc/passwd"));
    String download = run(own) + "/artifacts/%s/download";

    assertProblem(server.get(download.formatted("no")), 404, "Artifact not found");
    assertProblem(server.get(download.formatted("checkpoints")), 404, "Artifact not found");
    assertProblem(server.get(download.formatted("passwd")), 403, "Invalid artifact path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"..%2fsecret", "%2e%2e%2fsecret", "..%5csecret", "%2e%2e", "a%00b", "..;x"})
  void a_name_that_is_a_path_never_opens_a_file(String name) throws IOException {
    Path own = directory("own");
    Files.writeString(root.resolve("secret"), "secret");
    HttpResponse<String> answer =
        RawRequest.send(
            server,
            "GET %s/artifacts/%s/download HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                .formatted(run(own), name));

    assertThat(answer.statusCode()).isIn(400, 403, 404);
    assertThat(answer.body()).doesNotContain("secret");
  }

  @Test
  void nothing_is_read_outside_the_root() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("metrics.jsonl"), "1\n");
    Path linked = Files.createSymbolicLink(root.resolve("linked"), outside);
    for (Path directory :
        new Path[] {outside, linked, root.resolve("../outside"), folder.resolve("none")}) {
      String run = run(directory);
      for (String path :
          new String[] {"/artifacts", "/metrics", "/artifacts/metrics.jsonl/download"}) {
        assertProblem(server.get(run + path), 403, "Invalid artifact path");
      }
    }
  }

  @Test
  void a_run_that_has_written_nothing_has_no_files_and_no_metrics() throws IOException {
    String run = run(root.resolve("none"));
    assertThat(server.get(run + "/artifacts").body()).isEqualTo("{\"artifacts\":[]}");
    HttpResponse<String> metrics = server.get(run + "/metrics");
    assertThat(metrics.body()).isEqualTo("[]");
    assertThat(metrics.headers().firstValue("X-Skipped-Lines")).contains("0");
    assertProblem(server.get(run + "/artifacts/x/download"), 404, "Artifact not found");
    for (String path : new String[] {"/artifacts", "/metrics", "/artifacts/x/download"}) {
      String unknown = "/api/tunix/runs/01a22f00-0000-7000-8000-000000000000" + path;
      assertThat(server.get(unknown).statusCode()).isEqualTo(404);
      assertThat(server.get("/api/tunix/runs/x" + path).statusCode()).isEqualTo(422);
    }
  }

  @Test
  void metrics_are_the_lines_that_are_json_and_the_others_are_counted() throws IOException {
    Path own = directory("own");
    Files.writeString(
        own.resolve("metrics.jsonl"),
        "{\"step\":1,\"loss\":0.5}\r\nno json\n[1]\n\n{\"loss\":NaN}\n{}{}\n\"ä\"\n"
            + "\""
            + "x".repeat(70_000)
            + "\"\n{\"step\":");
    String run = run(own);

    HttpResponse<String> metrics = server.get(run + "/metrics");

    assertThat(json(metrics)).hasToString("[{\"step\":1,\"loss\":0.5},[1],\"ä\"]");
    assertThat(metrics.headers().firstValue("X-Skipped-Lines")).contains("5");
    assertThat(metrics.headers().firstValue("X-Metrics-Truncated")).isEmpty();
    Files.write(
        own.resolve("metrics.jsonl"),
        "{\"step\":2}\n\"\u00ff\"".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(server.get(run + "/metrics").body()).isEqualTo("[{\"step\":2}]");
  }

  @Test
  void of_metrics_that_are_too_large_the_last_ones_are_sent() throws IOException {
    Path own = directory("own");
    String line = "{\"step\":1234567,\"note\":\"" + "x".repeat(973) + "\"}\n"; // 1 000 bytes
    Files.writeString(own.resolve("metrics.jsonl"), line.repeat(18_000) + "\"last\"");

    HttpResponse<String> metrics = server.get(run(own) + "/metrics");

    assertThat(metrics.headers().firstValue("X-Metrics-Truncated")).contains("true");
    assertThat(metrics.headers().firstValue("X-Skipped-Lines")).contains("0");
    assertThat(json(metrics).size()).isEqualTo(16_777 + 1);
    assertThat(metrics.body()).startsWith("[{\"step\":1234567,").endsWith(",\"last\"]");
  }
}
