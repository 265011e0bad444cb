package dev.runregistry.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentAllowListTest {
  private static final Map<String, String> ALL =
      Map.of(
          "TZ",
          "UTC",
          "SLURM_JOB_ID",
          "7",
          "SLURM_JOB_NAME",
          "fit",
          "HOME",
          "/home/ann",
          "SLURM_JWT",
          "x",
          "HF_TOKEN",
          "hunter2",
          "http_proxy",
          "http://ann:hunter2@proxy/");

  @Test
  void only_what_is_allowed_is_recorded() {
    assertThat(EnvironmentAllowList.of(ALL, List.of())).isEmpty();
    assertThat(EnvironmentAllowList.of(ALL, List.of("TZ", "NOT_SET", "HOM", "slurm_job_id")))
        .isEqualTo(Map.of("TZ", "UTC"));
  }

  @Test
  void a_star_at_the_end_stands_for_all_that_begin_so() {
    assertThat(EnvironmentAllowList.of(ALL, List.of("SLURM_JOB_*")))
        .isEqualTo(Map.of("SLURM_JOB_ID", "7", "SLURM_JOB_NAME", "fit"));
    assertThat(EnvironmentAllowList.of(ALL, List.of("*"))).hasSameSizeAs(ALL);
  }

  @Test
  void a_secret_is_redacted_even_if_it_is_allowed() {
    assertThat(EnvironmentAllowList.of(ALL, List.of("HF_TOKEN", "http_proxy")))
        .isEqualTo(Map.of("HF_TOKEN", "***", "http_proxy", "http://ann:***@proxy/"));
  }
}
