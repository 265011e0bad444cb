package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatasetsTest {
  @TempDir private Path folder;
  private Path datasets;
  private RealServer server;

  @BeforeEach
  void start() throws IOException {
    datasets = Files.createDirectory(folder.resolve("datasets"));
    server =
        new RealServer(
            DatabaseConfig.sqlite(folder.resolve("registry.db")),
            folder.resolve("home"),
            datasets,
            settings -> settings);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void add(String key, String manifest) throws IOException {
    Path dataset = Files.createDirectory(datasets.resolve(key));
    Files.writeString(dataset.resolve("manifest.json"), manifest);
  }

  private void add(String key, int traces) throws IOException {
    add(
        key,
        """
        {"dataset_key": "%s", "build_id": "b", "dataset_name": "n", "dataset_version": "1",
         "created_at": "2026-11-22T12:00:00Z", "selection_strategy": "all", "trace_ids": [],
         "trace_count": %d}
        """
            .formatted(key, traces));
  }

  @Test
  void data_sets_are_listed_by_key_with_their_trace_counts() throws IOException {
    add("b ö", 7);
    add("a", 60);
    add("damaged", "{");

    assertThat(server.get("/api/datasets").body())
        .isEqualTo(
            "{\"data\":[{\"dataset_key\":\"a\",\"trace_count\":60},"
                + "{\"dataset_key\":\"b ö\",\"trace_count\":7},"
                + "{\"dataset_key\":\"damaged\",\"trace_count\":null}]}");
  }

  @Test
  void where_there_are_none_the_list_is_empty() {
    assertThat(server.get("/api/datasets").body()).isEqualTo("{\"data\":[]}");
  }

  @Test
  void the_link_of_a_page_leads_to_the_next_one() throws IOException {
    add("a&b=c d", 1);
    add("ä", 2);
    add("ö", 3);

    HttpResponse<String> first = server.get("/api/datasets?limit=2");
    HttpResponse<String> next = server.get(PageLinks.next(first).orElseThrow());
    HttpResponse<String> second = server.get("/api/datasets?limit=1&after=a%26b%3Dc+d");

    assertThat(json(first).get("data")).hasSize(2);
    assertThat(json(next).get("data").get(0).get("dataset_key").textValue()).isEqualTo("ö");
    assertThat(PageLinks.next(next)).isEmpty();
    assertThat(json(second).get("data").get(0).get("dataset_key").textValue()).isEqualTo("ä");
  }

  @ParameterizedTest
  @CsvSource({"limit=0, limit", "limit=1001, limit", "limit=x, limit", "after=%FF, after"})
  void a_query_that_cannot_be_is_422_and_says_where(String query, String name) {
    HttpResponse<String> answer = server.get("/api/datasets?" + query);

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body()).contains("[\"query\",\"" + name + "\"]");
  }

  @Test
  void a_folder_that_cannot_be_read_is_503_without_its_path() throws IOException {
    Files.delete(datasets);
    Files.writeString(datasets, "a file");

    HttpResponse<String> answer = server.get("/api/datasets");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body())
        .contains("The datasets cannot be listed")
        .doesNotContain(folder.toString());
  }
}
