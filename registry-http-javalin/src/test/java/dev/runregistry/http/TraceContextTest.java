package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
  private static final String LOCAL =
      "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"dry_run\":false}";
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

  private final ScriptedRunExecutor executor = ScriptedRunExecutor.endingWith(Runs.exited(0));
  private final TestServer server = TestServer.start(executor);

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpRequest.Builder posting(String... headers) {
    HttpRequest.Builder posting = server.posting(LOCAL);
    return headers.length == 0 ? posting : posting.headers(headers);
  }

  private Map<String, String> handedOn(String... headers) {
    assertThat(server.send(posting(headers)).statusCode()).isEqualTo(200);
    return executor.invocations().get(executor.invocations().size() - 1).environment();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PARENT,
        "00-" + TRACE + "-00f067aa0ba902b7-00",
        "00-" + TRACE + "-00f067aa0ba902b7-ff",
        "01-" + TRACE + "-00f067aa0ba902b7-01",
        "cc-" + TRACE + "-00f067aa0ba902b7-01-what-the-future-will-be-like"
      })
  void a_valid_traceparent_is_handed_on_unchanged(String parent) {
    assertThat(handedOn("traceparent", parent)).isEqualTo(Map.of("TRACEPARENT", parent));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "00-" + TRACE,
        "00-" + TRACE + "-00f067aa0ba902b7",
        "00-" + TRACE + "-00f067aa0ba902b7-01-more",
        "00-" + TRACE + "-00f067aa0ba902b7-1",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-" + TRACE + "-00f067aa0ba902b7-01",
        "01-" + TRACE + "-00f067aa0ba902b7-01.more",
        "$(reboot)-" + TRACE + "-00f067aa0ba902b7-01"
      })
  void an_invalid_traceparent_is_ignored_with_its_tracestate(String parent) {
    assertThat(handedOn("traceparent", parent, "tracestate", "a=1")).isEmpty();
  }

  @Test
  void two_of_them_are_none() {
    assertThat(handedOn("traceparent", PARENT, "traceparent", PARENT)).isEmpty();
    assertThat(handedOn("tracestate", "a=1")).isEmpty();
    assertThat(handedOn()).isEmpty();
  }

  @Test
  void a_tracestate_goes_with_it_and_many_are_one_list() {
    assertThat(handedOn("traceparent", PARENT, "tracestate", "rojo=00f067, t61@sys=a:b c/d"))
        .isEqualTo(Map.of("TRACEPARENT", PARENT, "TRACESTATE", "rojo=00f067, t61@sys=a:b c/d"));
    assertThat(handedOn("traceparent", PARENT, "tracestate", "a=1", "tracestate", "b=2"))
        .containsEntry("TRACESTATE", "a=1,b=2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "a", "a=", "A=1", "a=1,a=2", "=1", "a b=1"})
  void a_tracestate_that_is_none_is_left_out(String state) {
    assertThat(handedOn("traceparent", PARENT, "tracestate", state))
        .isEqualTo(Map.of("TRACEPARENT", PARENT));
  }

  @Test
  void a_tracestate_has_thirty_two_members_at_most() {
    String most =
        IntStream.range(0, 32).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining(","));

    assertThat(handedOn("traceparent", PARENT, "tracestate", most)).containsKey("TRACESTATE");
    assertThat(handedOn("traceparent", PARENT, "tracestate", most + ",k=v"))
        .doesNotContainKey("TRACESTATE");
  }

  @Test
  void a_repeated_request_may_belong_to_another_trace() {
    HttpResponse<String> first =
        server.send(posting("Idempotency-Key", "k", "traceparent", PARENT));
    HttpResponse<String> second =
        server.send(posting("Idempotency-Key", "k", "traceparent", PARENT.replace("01", "00")));

    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(second.body()).isEqualTo(first.body());
  }
}
