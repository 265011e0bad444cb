package dev.runregistry.run.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.run.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KnownHostTest {
  private static final Instant NOW = Samples.NOON;
  private static final UUID ID = new UUID(0, 1);

  private static KnownHost host(
      @Nullable Instant latestStart, @Nullable HostRetirement retirement, Instant... seen) {
    List<SeenHome> homes =
        Arrays.stream(seen).map(at -> new SeenHome(new Home(ID, "node7", "1.2.3"), at)).toList();
    return new KnownHost("node7", homes, 0, 1, latestStart, retirement, NOW);
  }

  private static Instant before(int seconds) {
    return NOW.minusSeconds(seconds);
  }

  @Test
  void a_host_is_seen_for_a_minute_after_the_last_announcement_of_any_of_its_homes() {
    assertThat(host(null, null, before(300), before(59)).isSeen()).isTrue();
    assertThat(host(null, null, before(60)).isSeen()).isFalse();
    assertThat(host(null, null).isSeen()).isFalse();
    assertThat(host(null, null, before(300), before(59)).age()).hasValue(Duration.ofSeconds(59));
    assertThat(host(null, null, NOW.plusSeconds(5)).age()).hasValue(Duration.ZERO);
    assertThat(host(null, null).age()).isEmpty();
  }

  @Test
  void a_host_that_started_a_run_just_now_is_seen_although_it_has_announced_nothing() {
    assertThat(host(before(10), null).isSeen()).isTrue();
    assertThat(host(before(10), null, before(300)).quietFor()).hasValue(Duration.ofSeconds(10));
    assertThat(host(before(300), null, before(10)).quietFor()).hasValue(Duration.ofSeconds(10));
    assertThat(host(before(300), null).isSeen()).isFalse();
    assertThat(host(null, null).quietFor()).isEmpty();
  }

  @Test
  void a_retired_host_that_is_seen_again_is_not_retired() {
    HostRetirement retired = new HostRetirement(ID, "node7", "ann", before(100), "burnt");

    assertThat(host(null, retired, before(200)).isRetired()).isTrue();
    assertThat(host(null, retired, before(99)).isRetired()).isFalse();
    assertThat(host(null, null, before(200)).isRetired()).isFalse();
    assertThat(new RetiredHost(retired, 2).lost()).isEqualTo(2);
    assertThat(retired.messageOfLostRun())
        .isEqualTo("Lost: the host node7 was retired by ann at 2026-11-01T11:58:20.123456Z: burnt");
  }

  @Test
  void names_and_versions_of_homes_are_truncated_but_not_empty() {
    Home home = new Home(ID, "h".repeat(300), "v".repeat(70));

    assertThat(home.host()).hasSize(Home.MAX_HOST);
    assertThat(home.registryVersion()).hasSize(Home.MAX_VERSION);
    assertThatIllegalArgumentException().isThrownBy(() -> new Home(ID, "", "1"));
    assertThat(new UnseenHost("node7", NOW).lastSeen()).isEqualTo(NOW);
  }
}
