package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runregistry.testkit.Runs;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many runs there were, by day and by status. */
class HistogramTest {
  private static final TestServer SERVER = TestServer.start();

  @BeforeAll
  static void saveRunsOfTwoDays() {
    Runs.ofEveryKind().forEach(SERVER.repository::save); // 22 November, noon
    for (String time : List.of("2026-11-23T22:59:59Z", "2026-11-23T23:00:00Z")) {
      SERVER.repository.save(Runs.runningSince(Instant.parse(time)));
    }
  }

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private static JsonNode histogram(String query) {
    HttpResponse<String> answer = SERVER.get("/api/tunix/runs/histogram?" + query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json(answer);
  }

  @Test
  void each_day_has_its_runs_by_status() {
    assertThat(histogram("status=running&status=completed").toString())
        .isEqualTo(
            "{\"count\":17,\"complete\":true,\"time_zone\":\"UTC\",\"days\":["
                + "{\"date\":\"2026-11-22\",\"pending\":0,\"running\":7,\"completed\":8,"
                + "\"failed\":0,\"timeout\":0,\"cancelled\":0},"
                + "{\"date\":\"2026-11-23\",\"pending\":0,\"running\":2,\"completed\":0,"
                + "\"failed\":0,\"timeout\":0,\"cancelled\":0}]}");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 2026-11-22 2026-11-23",
    "tz=UTC, 2026-11-22 2026-11-23",
    "tz=Europe/Berlin, 2026-11-22 2026-11-23 2026-11-24",
    "tz=%2B01:00, 2026-11-22 2026-11-23 2026-11-24",
    "tz=Pacific/Kiritimati, 2026-11-23 2026-11-24",
    "tz=-12:00, 2026-11-22 2026-11-23",
  })
  void a_day_begins_at_midnight_of_the_client(String zone, String days) {
    assertThat(histogram(zone).get("days").findValuesAsText("date"))
        .containsExactly(days.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 41",
    "since=2026-11-23&until=2026-11-24, 2",
    "q=no%20such%20text, 0",
    "host=node7&q=gemma, 5",
    "dataset_key=math, 0",
  })
  void the_filters_are_those_of_the_list(String query, int count) {
    JsonNode histogram = histogram(query);

    assertThat(histogram.get("count").intValue()).isEqualTo(count);
    assertThat(histogram.get("complete").booleanValue()).isTrue();
    assertThat(json(SERVER.get("/api/tunix/runs?limit=100&" + query)).get("data")).hasSize(count);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Berlin", "europe/berlin", "+2", "%2B18:01", "%2B02:60", "Z", "%00", "GMT0+1"})
  void a_zone_that_is_none_is_422(String zone) {
    HttpResponse<String> answer = SERVER.get("/api/tunix/runs/histogram?tz=" + zone);

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body())
        .contains("[\"query\",\"tz\"]", "a time zone such as Europe/Berlin, or an offset");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sort=created_at", "limit=1", "offset=1", "cursor=x", "status=done"})
  void what_is_no_filter_is_422(String query) {
    assertThat(SERVER.get("/api/tunix/runs/histogram?" + query).statusCode()).isEqualTo(422);
  }
}
