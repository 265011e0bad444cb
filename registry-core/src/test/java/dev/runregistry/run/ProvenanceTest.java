package dev.runregistry.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProvenanceTest {
  private static final String COMMIT = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

  private static Provenance of(String host, Map<String, String> environment) {
    return new Provenance(host, "ann", "/work", "1.0", null, null, environment);
  }

  @Test
  void variables_come_in_the_order_of_their_names_and_cannot_be_changed() {
    Provenance known = of("h", Map.of("TZ", "UTC", "LANG", "C", "PATH", "/bin"));

    assertThat(known.environment().keySet()).containsExactly("LANG", "PATH", "TZ");
    assertThatThrownBy(() -> known.environment().put("A", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void a_text_that_no_record_can_hold_keeps_no_run_from_being_recorded() {
    Provenance known = of("h\0st\uD800", Map.of("A", "é".repeat(1_001), "B\0", "\0"));

    assertThat(known.host()).isEqualTo("h\uFFFDst\uFFFD");
    assertThat(known.environment())
        .isEqualTo(Map.of("A", "é".repeat(999) + "…", "B\uFFFD", "\uFFFD"));
  }

  @Test
  void a_commit_is_one_of_either_kind_of_hash() {
    Provenance known = of("h", Map.of());

    assertThat(known.withGit(COMMIT, true).gitDirty()).isTrue();
    assertThat(known.withGit(COMMIT + COMMIT.substring(16), null).gitCommit()).hasSize(64);
    for (String wrong :
        List.of("", "HEAD", COMMIT.substring(1), COMMIT + "0", COMMIT.replace("a", "A"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> known.withGit(wrong, null))
          .withMessageContaining("not the id of a commit");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> known.withGit(null, false));
  }

  @Test
  void a_host_without_a_name_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of("", Map.of()))
        .withMessageContaining("host");
  }

  @Test
  void a_finished_run_learns_nothing_about_where_it_comes_from() {
    Run running = Samples.runningLocal();
    Run ended =
        running
            .withProvenance(of("h", Map.of()))
            .finish(new RunOutcome.Exited(0, Output.NONE), Samples.NOON);

    assertThat(ended.provenance()).isEqualTo(of("h", Map.of()));
    assertThatThrownBy(() -> ended.withProvenance(null))
        .isInstanceOf(IllegalRunTransitionException.class);
  }

  @Test
  void a_variable_needs_a_name_that_can_be_one() {
    for (String wrong : List.of("", "A=B", "A\0")) {
      RunRequest request = RunRequest.dryRun(DatasetKey.NONE, "m");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> request.withEnvironment(Map.of(wrong, "x")));
    }
  }
}
