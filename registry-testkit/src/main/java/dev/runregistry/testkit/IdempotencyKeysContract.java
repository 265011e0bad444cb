package dev.runregistry.testkit;

import static dev.runregistry.testkit.Runs.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.port.IdempotencyKeys;
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
  private static final Instant EXPIRED = NOON.plus(IdempotencyClaim.LIFETIME).plusNanos(1_000);

  /** For subclasses. */
  protected IdempotencyKeysContract() {}

  /** Keeps no key yet. */
  protected abstract IdempotencyKeys empty();

  private static IdempotencyClaim claim(String key) {
    return new IdempotencyClaim(key, "f".repeat(64), Runs.id(), NOON);
  }

  @Test
  void a_free_key_is_had_by_the_first_who_claims_it() {
    IdempotencyKeys keys = empty();
    IdempotencyClaim first = claim("k");

    assertThat(keys.claim(first)).isEqualTo(first);
    assertThat(keys.claim(claim("k"))).isEqualTo(first);
    assertThat(keys.find("k", NOON)).contains(first);
  }

  @Test
  void keys_are_told_apart_by_every_character() {
    IdempotencyKeys keys = empty();

    for (String key : List.of("k", "K", "k~", "'", "\"k\"", "k".repeat(255), "k".repeat(254))) {
      IdempotencyClaim claim = claim(key);
      assertThat(keys.claim(claim)).isEqualTo(claim);
    }
  }

  @Test
  void a_key_that_nobody_claimed_is_not_found() {
    assertThat(empty().find("k", NOON)).isEmpty();
  }

  @Test
  void a_claim_stands_for_its_lifetime_and_not_longer() {
    IdempotencyKeys keys = empty();
    IdempotencyClaim first = claim("k");
    keys.claim(first);

    assertThat(keys.find("k", NOON.plus(IdempotencyClaim.LIFETIME))).contains(first);
    assertThat(keys.find("k", EXPIRED)).isEmpty();
  }

  @Test
  void an_expired_claim_gives_way_to_the_next_and_others_stay() {
    IdempotencyKeys keys = empty();
    keys.claim(claim("old"));
    IdempotencyClaim young = claimAt("young", EXPIRED.minusSeconds(1));
    keys.claim(young);
    IdempotencyClaim next = claimAt("old", EXPIRED);

    assertThat(keys.claim(next)).isEqualTo(next);

    assertThat(keys.find("old", EXPIRED)).contains(next);
    assertThat(keys.find("young", EXPIRED)).contains(young);
  }

  private static IdempotencyClaim claimAt(String key, Instant at) {
    return new IdempotencyClaim(key, "f", Runs.id(), at);
  }

  @Test
  void a_key_that_was_given_back_is_free() {
    IdempotencyKeys keys = empty();
    IdempotencyClaim first = claim("k");
    keys.claim(first);

    keys.release(first);

    assertThat(keys.find("k", NOON)).isEmpty();
    IdempotencyClaim second = claim("k");
    assertThat(keys.claim(second)).isEqualTo(second);
  }

  @Test
  void somebody_elses_key_cannot_be_given_back() {
    IdempotencyKeys keys = empty();
    IdempotencyClaim first = claim("k");
    keys.claim(first);

    keys.release(claim("k"));
    keys.release(claim("other"));

    assertThat(keys.find("k", NOON)).contains(first);
  }

  @Test
  void of_many_who_claim_a_key_at_once_exactly_one_has_it() {
    IdempotencyKeys keys = empty();
    int many = 16;
    ExecutorService threads = Executors.newFixedThreadPool(many);
    try {
      for (String key : List.of("a", "b", "c")) {
        List<CompletableFuture<IdempotencyClaim>> standing =
            IntStream.range(0, many)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> keys.claim(claim(key)), threads))
                .toList();

        Set<IdempotencyClaim> found = new HashSet<>();
        standing.forEach(claim -> found.add(claim.join()));
        assertThat(found).hasSize(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
