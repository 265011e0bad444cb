package dev.runregistry.testkit;

import static dev.runregistry.testkit.Runs.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.RegistryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RunRepository;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of {@link IdempotencyKeys}, whose Javadoc states its rules; each test is one.
 * Subclasses provide one without keys. JUnit 5.12 or newer executes it.
 */
@Timeout(600)
public abstract class IdempotencyKeysContract {
  private static final Instant EXPIRED = NOON.plus(IdempotencyRecord.TTL).plusNanos(1_000);

  /** For subclasses. */
  protected IdempotencyKeysContract() {}

  /** Keeps no key yet. */
  protected abstract IdempotencyKeys empty();

  /** The runs of the same database. */
  protected abstract RunRepository repository();

  private static IdempotencyRecord save(IdempotencyKeys keys, IdempotencyRecord record) {
    Run any = Runs.running();
    return keys.save(record, Run.started(record.runId(), any.spec(), Runs.EXECUTOR, NOON));
  }

  private static IdempotencyRecord record(String key) {
    return new IdempotencyRecord(key, "f".repeat(64), Runs.id(), NOON);
  }

  @Test
  void a_free_key_belongs_to_the_first_request_with_it() {
    IdempotencyKeys keys = empty();
    IdempotencyRecord first = record("k");

    assertThat(save(keys, first)).isEqualTo(first);
    assertThat(save(keys, record("k"))).isEqualTo(first);
    assertThat(keys.find("k", NOON)).contains(first);
  }

  @Test
  void keys_are_told_apart_by_every_character() {
    IdempotencyKeys keys = empty();

    for (String key : List.of("k", "K", "k~", "'", "\"k\"", "k".repeat(255), "k".repeat(254))) {
      IdempotencyRecord record = record(key);
      assertThat(save(keys, record)).isEqualTo(record);
    }
  }

  @Test
  void a_key_without_a_request_is_not_found() {
    assertThat(empty().find("k", NOON)).isEmpty();
  }

  @Test
  void a_record_is_valid_for_its_ttl_and_no_longer() {
    IdempotencyKeys keys = empty();
    IdempotencyRecord first = record("k");
    save(keys, first);

    assertThat(keys.find("k", NOON.plus(IdempotencyRecord.TTL))).contains(first);
    assertThat(keys.find("k", EXPIRED)).isEmpty();
  }

  @Test
  void an_expired_record_is_replaced_by_the_next_and_others_stay() {
    IdempotencyKeys keys = empty();
    save(keys, record("old"));
    IdempotencyRecord young = recordAt("young", EXPIRED.minusSeconds(1));
    save(keys, young);
    IdempotencyRecord next = recordAt("old", EXPIRED);

    assertThat(save(keys, next)).isEqualTo(next);

    assertThat(keys.find("old", EXPIRED)).contains(next);
    assertThat(keys.find("young", EXPIRED)).contains(young);
  }

  private static IdempotencyRecord recordAt(String key, Instant at) {
    return new IdempotencyRecord(key, "f", Runs.id(), at);
  }

  @Test
  void a_key_is_stored_together_with_its_run_or_neither_is() {
    IdempotencyKeys keys = empty();
    Run first = Runs.running();
    Run second = Runs.running();
    IdempotencyRecord record = new IdempotencyRecord("k", "f", first.id(), NOON);

    keys.save(record, first);
    keys.save(new IdempotencyRecord("k", "f", second.id(), NOON), second);

    assertThat(repository().find(first.id())).contains(first);
    assertThat(repository().find(second.id())).isEmpty();
  }

  @Test
  void a_key_whose_run_the_database_refuses_is_free() {
    IdempotencyKeys keys = empty();
    Run running = Runs.running();
    repository().save(Runs.ended(running, Runs.exited(0)));
    IdempotencyRecord record = new IdempotencyRecord("k", "f", running.id(), NOON);

    assertThatThrownBy(() -> keys.save(record, running)).isInstanceOf(RegistryException.class);

    assertThat(keys.find("k", NOON)).isEmpty();
    IdempotencyRecord next = record("k");
    assertThat(save(keys, next)).isEqualTo(next);
  }

  @Test
  void of_many_concurrent_requests_with_a_key_exactly_one_has_it() {
    IdempotencyKeys keys = empty();
    int many = 16;
    ExecutorService threads = Executors.newFixedThreadPool(many);
    try {
      for (String key : List.of("a", "b", "c")) {
        List<CompletableFuture<IdempotencyRecord>> stored =
            IntStream.range(0, many)
                .mapToObj(
                    i -> CompletableFuture.supplyAsync(() -> save(keys, record(key)), threads))
                .toList();

        Set<IdempotencyRecord> found = new HashSet<>();
        stored.forEach(record -> found.add(record.join()));
        assertThat(found).hasSize(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
