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

/** What every {@link IdempotencyKeys} promises. Subclass it, hand over one without keys. */
@Timeout(600)
public abstract class IdempotencyKeysContract {
  private static final Instant EXPIRED = NOON.plus(IdempotencyRecord.LIFETIME).plusNanos(1_000);

  /** For subclasses. */
  protected IdempotencyKeysContract() {}

  /** Keeps no key yet. */
  protected abstract IdempotencyKeys empty();

  /** The runs of the same database. */
  protected abstract RunRepository repository();

  private static IdempotencyRecord save(IdempotencyKeys keys, IdempotencyRecord claim) {
    Run any = Runs.running();
    return keys.save(claim, Run.started(claim.runId(), any.spec(), Runs.EXECUTOR, NOON));
  }

  private static IdempotencyRecord claim(String key) {
    return new IdempotencyRecord(key, "f".repeat(64), Runs.id(), NOON);
  }

  @Test
  void a_free_key_is_had_by_the_first_who_claims_it() {
    IdempotencyKeys keys = empty();
    IdempotencyRecord first = claim("k");

    assertThat(save(keys, first)).isEqualTo(first);
    assertThat(save(keys, claim("k"))).isEqualTo(first);
    assertThat(keys.find("k", NOON)).contains(first);
  }

  @Test
  void keys_are_told_apart_by_every_character() {
    IdempotencyKeys keys = empty();

    for (String key : List.of("k", "K", "k~", "'", "\"k\"", "k".repeat(255), "k".repeat(254))) {
      IdempotencyRecord claim = claim(key);
      assertThat(save(keys, claim)).isEqualTo(claim);
    }
  }

  @Test
  void a_key_that_nobody_claimed_is_not_found() {
    assertThat(empty().find("k", NOON)).isEmpty();
  }

  @Test
  void a_claim_stands_for_its_lifetime_and_not_longer() {
    IdempotencyKeys keys = empty();
    IdempotencyRecord first = claim("k");
    save(keys, first);

    assertThat(keys.find("k", NOON.plus(IdempotencyRecord.LIFETIME))).contains(first);
    assertThat(keys.find("k", EXPIRED)).isEmpty();
  }

  @Test
  void an_expired_claim_gives_way_to_the_next_and_others_stay() {
    IdempotencyKeys keys = empty();
    save(keys, claim("old"));
    IdempotencyRecord young = claimAt("young", EXPIRED.minusSeconds(1));
    save(keys, young);
    IdempotencyRecord next = claimAt("old", EXPIRED);

    assertThat(save(keys, next)).isEqualTo(next);

    assertThat(keys.find("old", EXPIRED)).contains(next);
    assertThat(keys.find("young", EXPIRED)).contains(young);
  }

  private static IdempotencyRecord claimAt(String key, Instant at) {
    return new IdempotencyRecord(key, "f", Runs.id(), at);
  }

  @Test
  void a_key_is_stored_together_with_its_run_or_neither_is() {
    IdempotencyKeys keys = empty();
    Run first = Runs.running();
    Run second = Runs.running();
    IdempotencyRecord claim = new IdempotencyRecord("k", "f", first.id(), NOON);

    keys.save(claim, first);
    keys.save(new IdempotencyRecord("k", "f", second.id(), NOON), second);

    assertThat(repository().find(first.id())).contains(first);
    assertThat(repository().find(second.id())).isEmpty();
  }

  @Test
  void a_key_whose_run_the_database_refuses_is_free() {
    IdempotencyKeys keys = empty();
    Run running = Runs.running();
    repository().save(Runs.ended(running, Runs.exited(0)));
    IdempotencyRecord claim = new IdempotencyRecord("k", "f", running.id(), NOON);

    assertThatThrownBy(() -> keys.save(claim, running)).isInstanceOf(RegistryException.class);

    assertThat(keys.find("k", NOON)).isEmpty();
    IdempotencyRecord next = claim("k");
    assertThat(save(keys, next)).isEqualTo(next);
  }

  @Test
  void of_many_who_claim_a_key_at_once_exactly_one_has_it() {
    IdempotencyKeys keys = empty();
    int many = 16;
    ExecutorService threads = Executors.newFixedThreadPool(many);
    try {
      for (String key : List.of("a", "b", "c")) {
        List<CompletableFuture<IdempotencyRecord>> standing =
            IntStream.range(0, many)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> save(keys, claim(key)), threads))
                .toList();

        Set<IdempotencyRecord> found = new HashSet<>();
        standing.forEach(claim -> found.add(claim.join()));
        assertThat(found).hasSize(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
