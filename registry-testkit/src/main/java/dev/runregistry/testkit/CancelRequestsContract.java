package dev.runregistry.testkit;

import static dev.runregistry.testkit.Runs.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.CancelRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract of every {@link CancelRequests}. Subclasses provide one without requests. */
@Timeout(600)
public abstract class CancelRequestsContract {
  private static final CancelRequest BY_ANN = new CancelRequest("ann", NOON);

  private CancelRequests requests;

  /** For subclasses. */
  protected CancelRequestsContract() {}

  /** Returns one without requests; called once for each test. */
  protected abstract CancelRequests empty() throws Exception;

  @BeforeEach
  final void begin_without_requests() throws Exception {
    requests = empty();
  }

  @Test
  void a_request_is_found_to_the_microsecond_whether_the_run_is_on_record_or_not() {
    RunId id = Runs.id();

    requests.add(id, BY_ANN);

    assertThat(requests.find(List.of(id))).isEqualTo(Map.of(id, BY_ANN));
  }

  @Test
  void the_first_request_for_a_run_stays() {
    RunId id = Runs.id();
    requests.add(id, BY_ANN);

    requests.add(id, new CancelRequest("bob", NOON.minusSeconds(1)));
    requests.add(id, new CancelRequest("ann", NOON.plusSeconds(1)));

    assertThat(requests.find(List.of(id))).isEqualTo(Map.of(id, BY_ANN));
  }

  @Test
  void only_the_requests_for_the_given_runs_are_found() {
    RunId cancelled = Runs.id();
    RunId other = Runs.id();
    RunId without = Runs.id();
    requests.add(cancelled, BY_ANN);
    requests.add(other, BY_ANN);

    assertThat(requests.find(List.of(without, cancelled, cancelled)))
        .isEqualTo(Map.of(cancelled, BY_ANN));
    assertThat(requests.find(List.of(without))).isEmpty();
    assertThat(requests.find(List.of())).isEmpty();
  }

  @Test
  void requests_are_found_among_forty_thousand_runs() {
    List<RunId> ids = Stream.generate(Runs::id).limit(40_000).toList();
    requests.add(ids.get(0), BY_ANN);
    requests.add(ids.get(39_999), BY_ANN);

    assertThat(requests.find(ids)).containsOnlyKeys(ids.get(0), ids.get(39_999));
  }

  @Test
  void the_newest_requests_are_found_without_the_ids_of_their_runs() {
    assertThat(requests.newest(2)).isEmpty();
    List<RunId> ids = Stream.generate(Runs::id).limit(3).toList();
    for (int minute : List.of(2, 0, 1)) {
      requests.add(ids.get(minute), new CancelRequest("ann", NOON.plusSeconds(60L * minute)));
    }

    assertThat(requests.newest(2)).containsOnlyKeys(ids.get(1), ids.get(2));
    assertThat(requests.newest(1))
        .isEqualTo(Map.of(ids.get(2), new CancelRequest("ann", NOON.plusSeconds(120))));
    assertThat(requests.newest(100)).containsOnlyKeys(ids);
  }

  @Test
  void the_name_of_a_user_can_have_any_characters() {
    List<String> names = new ArrayList<>(List.of("x".repeat(256), "😀".repeat(256)));
    Texts.STRANGE.stream().filter(text -> text.codePoints().count() <= 256).forEach(names::add);
    for (String name : names) {
      RunId id = Runs.id();
      requests.add(id, new CancelRequest(name, NOON));

      assertThat(requests.find(List.of(id))).isEqualTo(Map.of(id, new CancelRequest(name, NOON)));
    }
  }

  @Test
  void of_many_requests_at_once_exactly_one_stays() {
    int many = 16;
    ExecutorService threads = Executors.newFixedThreadPool(many);
    try {
      for (int round = 0; round < 3; round++) {
        RunId id = Runs.id();
        List<CompletableFuture<Map<RunId, CancelRequest>>> found =
            IntStream.range(0, many)
                .mapToObj(
                    i -> CompletableFuture.supplyAsync(() -> addAndFind(id, "user " + i), threads))
                .toList();

        assertThat(found.stream().map(CompletableFuture::join).distinct())
            .singleElement()
            .satisfies(request -> assertThat(request).containsOnlyKeys(id));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private Map<RunId, CancelRequest> addAndFind(RunId id, String user) {
    requests.add(id, new CancelRequest(user, NOON));
    return requests.find(List.of(id));
  }
}
