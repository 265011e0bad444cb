package dev.runregistry.run.audit;

import static dev.runregistry.run.Samples.NOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.Samples;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChainValuesTest {
  private static final Digest ABC = Digest.of("abc".getBytes(UTF_8));
  private static final Run RUN =
      Samples.runningLocal().finish(new RunOutcome.Exited(0, Output.NONE), NOON);

  @Test
  void a_digest_is_the_sha_256_of_the_standard() {
    assertThat(ABC.toString())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void a_digest_is_what_it_was_after_being_written_and_read() {
    assertThat(Digest.parse(ABC.toString())).isEqualTo(ABC).hasSameHashCodeAs(ABC);
    assertThat(Digest.wrap(ABC.bytes())).isEqualTo(ABC).isNotEqualTo(Digest.ZERO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ba78", "xy7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})
  void what_is_no_digest_is_refused(String text) {
    assertThatThrownBy(() -> Digest.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64 hexadecimal digits");
    assertThatThrownBy(() -> Digest.wrap(new byte[31])).hasMessageContaining("32 bytes, not 31");
  }

  @Test
  void a_head_is_what_it_was_after_being_written_and_read() {
    ChainHead head = new ChainHead(1_204, ABC);

    assertThat(head.toString()).isEqualTo("1204:" + ABC);
    assertThat(ChainHead.parse(head.toString())).isEqualTo(head);
    assertThat(ChainHead.parse("0:" + Digest.ZERO)).isEqualTo(ChainHead.EMPTY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1204",
        ":",
        "1204:",
        "x:ab",
        "-1:ab",
        "12345678901234567890:ab",
        "1:ab\u001b[31m"
      })
  void what_is_no_head_is_refused(String text) {
    assertThatThrownBy(() -> ChainHead.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("\u001b");
  }

  @Test
  void no_chain_has_fewer_than_no_links_or_none_with_a_digest() {
    assertThatThrownBy(() -> new ChainHead(-1, ABC)).hasMessageContaining("-1 links");
    assertThatThrownBy(() -> new ChainHead(0, ABC)).hasMessageContaining("0 links");
  }

  @Test
  void the_digest_of_a_link_is_what_it_was_when_the_first_was_made() {
    ChainLink first = ChainLink.after(ChainHead.EMPTY, RUN, NOON.plusNanos(999), false);

    assertThat(first)
        .isEqualTo(
            new ChainLink(
                1,
                RUN.id(),
                CanonicalRun.CURRENT_VERSION,
                CanonicalRun.digest(RUN, CanonicalRun.CURRENT_VERSION),
                NOON,
                false,
                Digest.ZERO,
                first.digest()));
    ChainLink sealed = new ChainLink(1, RUN.id(), 1, ABC, NOON, true, Digest.ZERO, ABC);
    assertThat(sealed.expectedDigest().toString())
        .isEqualTo("06d0be0299549c8bfedfc22ad5d4e07542bc5e9f4291ed1e89c8f7803b001536");
    assertThat(first.toHead()).isEqualTo(new ChainHead(1, first.digest()));
  }

  @Test
  void a_change_to_any_field_of_a_link_shows() {
    ChainLink link = ChainLink.after(new ChainHead(6, ABC), RUN, NOON, false);
    assertThat(link.isIntact()).isTrue();
    Instant later = NOON.plusNanos(1_000);

    assertThat(
            List.of(
                with(link, RunId.parse("019a1b2c-3d4e-7f00-8000-0123456789ac"), 2, NOON),
                with(link, RUN.id(), 1, NOON),
                with(link, RUN.id(), 2, later),
                with(link, ABC, false, ABC, link.digest()),
                with(link, link.runDigest(), true, ABC, link.digest()),
                with(link, link.runDigest(), false, Digest.ZERO, link.digest()),
                with(link, link.runDigest(), false, ABC, ABC)))
        .noneMatch(ChainLink::isIntact);
    // its number is that of its place
    assertThat(ChainLink.after(new ChainHead(7, ABC), RUN, NOON, false).digest())
        .isEqualTo(link.digest());
  }

  private static ChainLink with(ChainLink link, RunId id, int version, Instant at) {
    return new ChainLink(
        link.number(), id, version, link.runDigest(), at, false, link.previous(), link.digest());
  }

  private static ChainLink with(
      ChainLink link, Digest ofRun, boolean backfilled, Digest previous, Digest digest) {
    return new ChainLink(
        link.number(), link.runId(), 2, ofRun, link.recordedAt(), backfilled, previous, digest);
  }
}
