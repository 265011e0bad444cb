package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runregistry.http.internal.request.PageCursor;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListTest {
  private final TestServer server = TestServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private void saveOneOfEveryKind() {
    Runs.ofEveryKind().forEach(server.repository::save);
  }

  private static List<String> ids(JsonNode page) {
    List<String> ids = new ArrayList<>();
    page.get("data").forEach(item -> ids.add(item.get("run_id").textValue()));
    return ids;
  }

  @Test
  void an_empty_list_has_its_pagination() {
    HttpResponse<String> answer = server.get("/api/tunix/runs");

    assertThat(answer.body())
        .isEqualTo("{\"data\":[],\"pagination\":{\"limit\":20,\"offset\":0,\"next_offset\":null}}");
    assertThat(answer.headers().firstValue("Link")).isEmpty();
  }

  @Test
  void a_list_that_is_asked_for_again_shows_what_has_changed_meanwhile() {
    Run running = Runs.running();
    server.repository.save(running);
    String before = server.get("/api/tunix/runs").body();

    assertThat(server.get("/api/tunix/runs").body())
        .isEqualTo(before)
        .contains("\"status\":\"running\"");
    server.repository.save(Runs.ended(running, Runs.exited(0)));

    assertThat(server.get("/api/tunix/runs").body()).contains("\"status\":\"completed\"");
  }

  @Test
  void equal_pages_show_where_each_was_asked_for() {
    for (int offset : List.of(3, 7, 3)) {
      assertThat(server.get("/api/tunix/runs?offset=" + offset).body())
          .contains("\"data\":[]", "\"offset\":" + offset + ",");
    }
  }

  @Test
  void an_item_has_its_keys_in_order_and_never_the_output() {
    Run run = Runs.completed();
    server.repository.save(run);

    assertThat(json(server.get("/api/tunix/runs")).get("data").get(0).toString())
        .isEqualTo(
            "{\"run_id\":\""
                + run.id()
                + "\",\"dataset_key\":\"math-v1\",\"model_id\":\"google/gemma-2b-it\","
                + "\"mode\":\"local\",\"status\":\"completed\","
                + "\"started_at\":\"2026-11-22T12:00:00.123456Z\",\"duration_seconds\":1.234567,\"exit_code\":0,\"message\":\"Completed with exit code 0\",\"reason\":\"exited\",\"host\":null,\"executor\":\"process\",\"name\":null,\"tags\":{},\"command\":[\"tunix\",\"train\",\"--config\",\"{config}\"]}");
  }

  @Test
  void newest_runs_come_first() {
    Run old = Runs.pendingAt(Runs.NOON);
    Run young = Runs.pendingAt(Runs.NOON.plusNanos(1_000));
    server.repository.save(young);
    server.repository.save(old);

    assertThat(ids(json(server.get("/api/tunix/runs"))))
        .containsExactly(young.id().toString(), old.id().toString());
  }

  @Test
  void pages_by_offset_neither_repeat_nor_omit_runs_that_share_an_instant() {
    saveOneOfEveryKind();
    List<String> seen = new ArrayList<>();
    Optional<Long> offset = Optional.of(0L);
    while (offset.isPresent()) {
      JsonNode page = json(server.get("/api/tunix/runs?limit=4&offset=" + offset.get()));
      seen.addAll(ids(page));
      JsonNode next = page.get("pagination").get("next_offset");
      offset = next.isNull() ? Optional.empty() : Optional.of(next.longValue());
    }

    assertThat(seen).hasSameSizeAs(Runs.ofEveryKind()).doesNotHaveDuplicates();
  }

  @Test
  void pages_by_link_stay_where_they_are_while_runs_are_added() {
    saveOneOfEveryKind();
    List<String> before = ids(json(server.get("/api/tunix/runs?limit=100")));
    List<String> seen = new ArrayList<>();
    Optional<String> path = Optional.of("/api/tunix/runs?limit=4");
    while (path.isPresent()) {
      HttpResponse<String> page = server.get(path.get());
      seen.addAll(ids(json(page)));
      server.repository.save(Runs.pendingAt(Runs.NOON.plusSeconds(60)));
      path = PageLinks.next(page);
    }

    assertThat(seen).isEqualTo(before);
  }

  @Test
  void a_link_keeps_the_filters() {
    for (int i = 0; i < 3; i++) {
      server.repository.save(Runs.ended(Runs.running(), Runs.exited(1)));
      server.repository.save(Runs.completed());
    }
    String filters = "&status=failed&mode=local&dataset_key=math-v1";

    HttpResponse<String> first = server.get("/api/tunix/runs?limit=2" + filters);
    HttpResponse<String> second = server.get(PageLinks.next(first).orElseThrow());

    assertThat(ids(json(first))).hasSize(2);
    assertThat(ids(json(second))).hasSize(1);
    assertThat(json(second).get("data").get(0).get("status").textValue()).isEqualTo("failed");
    assertThat(json(second).get("pagination").toString())
        .isEqualTo("{\"limit\":2,\"offset\":0,\"next_offset\":null}");
  }

  @Test
  void a_filter_with_odd_characters_survives_the_link() {
    Run one = Runs.running(Runs.dryRunOf("a&b=c #ä%+"), Runs.NOON);
    Run two = Runs.running(Runs.dryRunOf("a&b=c #ä%+"), Runs.NOON);
    server.repository.save(one);
    server.repository.save(two);

    HttpResponse<String> first =
        server.get("/api/tunix/runs?limit=1&dataset_key=a%26b%3Dc%20%23%C3%A4%25%2B");
    HttpResponse<String> second = server.get(PageLinks.next(first).orElseThrow());

    assertThat(new HashSet<>(List.of(ids(json(first)).get(0), ids(json(second)).get(0))))
        .containsExactlyInAnyOrder(one.id().toString(), two.id().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "status=completed, 8",
    "status=running, 7",
    "status=cancelled, 4",
    "status=cancelled&mode=dry-run, 1",
    "mode=dry-run, 7",
    "status=completed&mode=dry-run, 1",
    "status=timeout&mode=dry-run, 0",
    "dataset_key=math-v1, 37",
    "dataset_key=math, 0",
    "dataset_key=../../etc, 0",
    "status=&mode=&dataset_key=&host=&cursor=, 39",
    "status=failed&status=completed, 25",
    "mode=local&mode=dry-run, 39",
    "dataset_key=math-v1&dataset_key=none, 39",
    "reason=lost, 3",
    "reason=node-failed&reason=out-of-memory, 2",
    "host=node7, 5",
    "host=node7&host=node8&mode=local, 4",
    "host=node8, 0",
    "exit_code=0, 7",
    "exit_code=0&exit_code=, 7",
    "executor=process&status=timeout, 1",
    "model_id=google/gemma-2b-it&status=running, 6",
    "since=2026-11-22, 39",
    "until=2026-11-22, 0",
    "since=2026-11-22T12:00:00Z&until=2026-11-22T12:00:01Z, 39",
    "since=2026-11-22T13:00:01%2B01:00, 0",
    "q=gemma&status=timeout, 1",
    "q=no%20such%20text, 0",
    "q=n%C3%A4me%20of&status=running, 1",
    "name=n%C3%A4me+of+it, 2",
    "name=n%C3%A4me, 0",
    "name=x&name=n%C3%A4me+of+it&status=running, 1",
    "tag=seed, 2",
    "tag=seed=7, 2",
    "tag=seed%3D7&tag=seed=8, 2",
    "tag=seed=8, 0",
    "tag=seed=7&tag=project/team=, 2",
    "tag=seed=7&tag=none, 0",
    "tag=seed=7&status=completed, 1",
    "since=&until=&q=&sort=&reason=&exit_code=&name=&tag=, 39",
  })
  void filters_are_joined_by_and_and_an_empty_one_is_none(String query, int found) {
    saveOneOfEveryKind();

    assertThat(json(server.get("/api/tunix/runs?limit=100&" + query)).get("data")).hasSize(found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "limit=0 | limit | greater_than_equal",
        "limit=101 | limit | less_than_equal",
        "limit=-1 | limit | greater_than_equal",
        "limit=x | limit | int_parsing",
        "limit= | limit | int_parsing",
        "limit=1.0 | limit | int_parsing",
        "limit=99999999999999999999999999 | limit | less_than_equal",
        "offset=-1 | offset | greater_than_equal",
        "offset=100001 | offset | less_than_equal",
        "offset=9007199254740992 | offset | less_than_equal",
        "offset=-99999999999999999999999999 | offset | greater_than_equal",
        "offset=0x1 | offset | int_parsing",
        "cursor=x | cursor | value_error",
        "cursor=AAAA | cursor | value_error",
        "cursor=________________________________ | cursor | value_error",
        "dataset_key=%00 | dataset_key | value_error",
        "dataset_key=%FF | dataset_key | value_error",
        "dataset_key=%ED%A0%80 | dataset_key | value_error",
        "dataset_key=%zz | dataset_key | value_error",
        "status=%4 | status | value_error",
        "unknown=7 | unknown | extra_forbidden",
        "Status=failed | Status | extra_forbidden",
        "tags=a | tags | extra_forbidden",
        "tag==a | tag | value_error",
        "tag=a%20b=c | tag | value_error",
        "tag=a=%00 | tag | value_error",
        "name=%00 | name | value_error",
        "reason=Lost | reason | enum",
        "exit_code=256 | exit_code | less_than_equal",
        "exit_code=x | exit_code | int_parsing",
        "since=monday | since | datetime_parsing",
        "since=2026-02-30 | since | datetime_parsing",
        "until=2026-11-22T12:00:00 | until | datetime_parsing",
        "until=1969-12-31 | until | datetime_parsing",
        "sort=name | sort | enum",
        "q=%00 | q | value_error",
        "sort=duration&cursor=x | cursor | value_error",
      })
  void a_query_that_cannot_be_accepted_is_422(String query, String name, String type) {
    HttpResponse<String> answer = RawRequest.get(server, "/api/tunix/runs?" + query);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    JsonNode problem = json(answer).get("detail").get(0);
    assertThat(problem.get("loc").toString()).isEqualTo("[\"query\",\"" + name + "\"]");
    assertThat(problem.get("type").textValue()).isEqualTo(type);
  }

  @Test
  void an_unknown_status_or_mode_is_422_and_names_the_allowed_values() {
    HttpResponse<String> answer = server.get("/api/tunix/runs?status=Completed&mode=dry_run");

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(json(answer).get("detail").get(0).get("msg").textValue())
        .isEqualTo(
            "Input should be 'pending', 'running', 'completed', 'failed', 'timeout' or 'cancelled'");
    assertThat(json(answer).get("detail").get(1).get("msg").textValue())
        .isEqualTo("Input should be 'dry-run' or 'local'");
  }

  @ParameterizedTest
  @ValueSource(longs = {60, 99_999, 100_000})
  void an_offset_beyond_the_end_is_an_empty_page(long offset) {
    saveOneOfEveryKind();

    JsonNode page = json(server.get("/api/tunix/runs?offset=" + offset));

    assertThat(page.get("data")).isEmpty();
    assertThat(page.get("pagination").get("next_offset").isNull()).isTrue();
    assertThat(page.get("pagination").get("offset").longValue()).isEqualTo(offset);
  }

  @ParameterizedTest
  @ValueSource(longs = {100_001, 999_990, 9_007_199_254_740_991L})
  void a_deep_offset_is_refused_and_names_the_cursor(long offset) {
    HttpResponse<String> answer = server.get("/api/tunix/runs?offset=" + offset);

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(json(answer).get("detail").get(0).get("msg").textValue())
        .isEqualTo(
            "Input should be less than or equal to 100000; use the cursor in the Link header");
  }

  @Test
  void the_next_offset_of_a_page_that_a_cursor_reached_counts_from_that_cursor() {
    saveOneOfEveryKind();
    List<String> all = ids(json(server.get("/api/tunix/runs?limit=100")));
    String cursor = PageLinks.next(server.get("/api/tunix/runs?limit=3")).orElseThrow();

    JsonNode page = json(server.get(cursor));
    long offset = page.get("pagination").get("next_offset").longValue();
    JsonNode after = json(server.get(cursor + "&offset=" + offset));

    assertThat(ids(page)).isEqualTo(all.subList(3, 6));
    assertThat(ids(after)).isEqualTo(all.subList(6, 9));
  }

  @Test
  void the_pages_of_runs_of_the_last_centuries_follow_each_other() {
    for (String created : List.of("2262-04-11T23:47:16.854776Z", "9999-12-31T23:59:58.999999Z")) {
      server.repository.save(Runs.runningSince(Instant.parse(created)));
    }
    server.repository.save(Runs.running());

    HttpResponse<String> first = server.get("/api/tunix/runs?limit=1");
    HttpResponse<String> second = server.get(PageLinks.next(first).orElseThrow());
    HttpResponse<String> third = server.get(PageLinks.next(second).orElseThrow());

    assertThat(first.body()).contains("9999-12-31");
    assertThat(second.body()).contains("2262-04-11");
    assertThat(third.body()).contains("2026-11-22");
    assertThat(PageLinks.next(third)).isEmpty();
  }

  @Test
  void a_page_that_ends_with_the_list_has_no_next() {
    saveOneOfEveryKind();
    int number = Runs.ofEveryKind().size();

    HttpResponse<String> whole = server.get("/api/tunix/runs?limit=" + number);
    HttpResponse<String> allButOne = server.get("/api/tunix/runs?limit=" + (number - 1));

    assertThat(json(whole).get("pagination").get("next_offset").isNull()).isTrue();
    assertThat(PageLinks.next(whole)).isEmpty();
    assertThat(json(allButOne).get("pagination").get("next_offset").intValue())
        .isEqualTo(number - 1);
    assertThat(PageLinks.next(allButOne)).isPresent();
  }

  @Test
  void a_cursor_is_read_as_it_was_written() throws PageCursor.InvalidCursorException {
    for (Run run : Runs.ofEveryKind()) {
      RunCursor place = RunCursor.after(RunSummary.of(run));

      assertThat(PageCursor.write(place, "&q=a")).hasSize(38);
      assertThat(PageCursor.read(PageCursor.write(place, "&q=a"), "&q=a")).isEqualTo(place);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "status=failed&tag=a&",
        "status=failed&name=a&",
        "status=failed&sort=created_at&",
        "status=completed&",
        "sort=duration&"
      })
  void a_cursor_of_a_list_with_other_filters_or_another_order_is_422(String others) {
    saveOneOfEveryKind();
    String next = PageLinks.next(server.get("/api/tunix/runs?limit=1&status=failed")).orElseThrow();
    String cursor = next.replaceFirst(".*&cursor=", "cursor=");

    HttpResponse<String> answer = server.get("/api/tunix/runs?" + others + cursor);

    assertThat(server.get("/api/tunix/runs?limit=7&status=failed&" + cursor).statusCode())
        .isEqualTo(200);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body()).contains("\"loc\":[\"query\",\"cursor\"]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"created_at", "-started_at", "started_at", "-duration", "duration"})
  void a_list_in_any_order_is_read_by_its_links(String order) {
    saveOneOfEveryKind();
    List<String> whole = ids(json(server.get("/api/tunix/runs?limit=100&sort=" + order)));
    List<String> seen = new ArrayList<>();
    Optional<String> path = Optional.of("/api/tunix/runs?limit=4&sort=" + order);
    while (path.isPresent()) {
      HttpResponse<String> page = server.get(path.get());
      seen.addAll(ids(json(page)));
      path = PageLinks.next(page);
    }

    assertThat(seen).isEqualTo(whole).hasSameSizeAs(Runs.ofEveryKind()).doesNotHaveDuplicates();
  }

  @Test
  void a_link_keeps_names_and_tags() {
    for (int i = 0; i < 6; i++) {
      RunDescription description =
          new RunDescription("n & m", Map.of("seed", String.valueOf(i % 3), "k", "a=b&c"), null);
      server.repository.save(Runs.running(Runs.described(description), Runs.NOON));
    }
    String filters =
        "&name=n+%26+m&tag=seed=1&tag=seed=2&tag=k=" + URLEncoder.encode("a=b&c", UTF_8);

    HttpResponse<String> first = server.get("/api/tunix/runs?limit=3" + filters);
    HttpResponse<String> second = server.get(PageLinks.next(first).orElseThrow());

    assertThat(ids(json(first))).hasSize(3);
    assertThat(ids(json(second))).hasSize(1).doesNotContainAnyElementsOf(ids(json(first)));
    assertThat(json(first).get("data").get(0).get("name").textValue()).isEqualTo("n & m");
    assertThat(json(first).get("data").get(0).get("tags").get("k").textValue()).isEqualTo("a=b&c");
  }

  @Test
  void too_many_values_or_too_long_a_text_are_422() {
    String many =
        IntStream.range(0, 51).mapToObj(i -> "model_id=" + i).collect(Collectors.joining("&"));

    assertThat(server.get("/api/tunix/runs?" + many).body())
        .contains("List should have at most 50 items");
    assertThat(server.get("/api/tunix/runs?q=" + "x".repeat(201)).body())
        .contains("String should have at most 200 characters");
    assertThat(server.get("/api/tunix/runs?q=" + "x".repeat(200)).statusCode()).isEqualTo(200);
  }

  @Test
  void a_slash_at_the_end_is_passed_over() {
    assertThat(server.get("/api/tunix/runs/").statusCode()).isEqualTo(200);
  }
}
