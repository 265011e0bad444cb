package dev.runregistry.run.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunFilterTest {
  private static final RunSummary FAILED =
      new RunSummary(
          Samples.ID,
          new DatasetKey("math-v1"),
          "gemma",
          RunMode.LOCAL,
          RunStatus.FAILED,
          "process",
          List.of("python", "train.py", "--lr", "1e-3"),
          "node7",
          3,
          RunReason.EXITED,
          "Failed with exit code 3",
          Samples.NOON,
          Samples.NOON,
          Duration.ofSeconds(1),
          "nightly eval",
          Map.of("seed", "7", "empty", ""));
  private static final RunFilter ALL = RunFilter.NONE;

  @Test
  void each_condition_is_met_by_one_of_its_values_only() {
    assertThat(ALL.matches(FAILED)).isTrue();
    matches(
        ALL.withStatuses(List.of(RunStatus.TIMEOUT, RunStatus.FAILED)),
        ALL.withStatuses(List.of(RunStatus.TIMEOUT)));
    matches(ALL.withModes(List.of(RunMode.LOCAL)), ALL.withModes(List.of(RunMode.DRY_RUN)));
    matches(ALL.withDatasetKeys(List.of("none", "math-v1")), ALL.withDatasetKeys(List.of("math")));
    matches(ALL.withModelIds(List.of("gemma")), ALL.withModelIds(List.of("gemm")));
    matches(ALL.withExecutors(List.of("process")), ALL.withExecutors(List.of("slurm")));
    matches(ALL.withHosts(List.of("node7", "node8")), ALL.withHosts(List.of("node8")));
    matches(ALL.withReasons(List.of(RunReason.EXITED)), ALL.withReasons(List.of(RunReason.LOST)));
    matches(ALL.withExitCodes(List.of(3, 4)), ALL.withExitCodes(List.of(4)));
    matches(ALL.withNames(List.of("x", "nightly eval")), ALL.withNames(List.of("nightly")));
  }

  @Test
  void each_key_of_a_tag_is_there_with_one_of_its_values() {
    matches(tags("seed", "6", "7"), tags("seed", "6"));
    matches(tags("seed"), tags("sees"));
    matches(tags("empty", ""), tags("empty", "7"));
    matches(
        ALL.withTags(Map.of("seed", Set.of("7"), "empty", Set.of())),
        ALL.withTags(Map.of("seed", Set.of("7"), "full", Set.of())));
  }

  @Test
  void words_of_tags_are_keys_with_or_without_a_value() {
    Map<String, Set<String>> tags = TagWords.parse(List.of("b=1", "a", "b=", "a=1", "c=x=y"));

    assertThat(tags).isEqualTo(Map.of("a", Set.of(), "b", Set.of("", "1"), "c", Set.of("x=y")));
    assertThat(TagWords.parse(List.of("a=1", "a"))).isEqualTo(Map.of("a", Set.of()));
    assertThat(TagWords.of(ALL.withTags(tags).tags())).containsExactly("a", "b=", "b=1", "c=x=y");
    for (String word : List.of("", "=", "=x", "a b=c")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TagWords.parse(List.of(word)))
          .withMessageStartingWith("the key of a tag must have");
    }
  }

  private static RunFilter tags(String key, String... values) {
    return ALL.withTags(Map.of(key, Set.of(values)));
  }

  @Test
  void each_condition_has_an_index_and_two_are_searched_for_in_a_window_of_one() {
    List<UnaryOperator<RunFilter>> conditions =
        List.of(
            filter -> filter.withStatuses(List.of(RunStatus.FAILED, RunStatus.TIMEOUT)),
            filter -> filter.withModes(List.of(RunMode.LOCAL)),
            filter -> filter.withDatasetKeys(List.of("x")),
            filter -> filter.withModelIds(List.of("x")),
            filter -> filter.withExecutors(List.of("x")),
            filter -> filter.withHosts(List.of("x")),
            filter -> filter.withReasons(List.of(RunReason.LOST)),
            filter -> filter.withExitCodes(List.of(1)),
            filter -> filter.withNames(List.of("x", "y")),
            filter -> filter.withTags(Map.of("seed", Set.of("7", "8"))));
    RunFilter time = ALL.withCreated(Samples.NOON, Samples.NOON.plusSeconds(1));
    assertThat(time.isUnindexed()).isFalse();
    for (UnaryOperator<RunFilter> one : conditions) {
      assertThat(one.apply(time).isUnindexed()).as("%s", one.apply(time)).isFalse();
      for (UnaryOperator<RunFilter> other : conditions) {
        RunFilter both = other.apply(one.apply(time));
        assertThat(both.isUnindexed()).as("%s", both).isEqualTo(one != other);
      }
    }
    assertThat(tags("a").withTags(Map.of("a", Set.of(), "b", Set.of())).isUnindexed()).isTrue();
    assertThat(ALL.withModes(List.of(RunMode.values())).withHosts(List.of("x")).isUnindexed())
        .isFalse();
    assertThat(ALL.withText("x").isUnindexed()).isTrue();
  }

  @Test
  void a_filter_by_tags_has_at_most_50_keys_and_50_values_of_each() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ALL.withTags(
                    IntStream.range(0, 51)
                        .boxed()
                        .collect(Collectors.toMap(i -> "k" + i, i -> Set.of()))))
        .withMessage("tag must have at most 50 values, has 51");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ALL.withTags(
                    Map.of(
                        "k",
                        IntStream.range(0, 51)
                            .mapToObj(String::valueOf)
                            .collect(Collectors.toSet()))))
        .withMessage("tag \"k\" must have at most 50 values, has 51");
    assertThatIllegalArgumentException().isThrownBy(() -> tags("k", "a\0"));
    assertThatIllegalArgumentException().isThrownBy(() -> ALL.withNames(List.of("a\0")));
  }

  @Test
  void times_are_from_the_first_to_before_the_second() {
    matches(
        ALL.withCreated(Samples.NOON, Samples.NOON.plusNanos(1_000)),
        ALL.withCreated(Samples.NOON.plusNanos(1_000), null));
    matches(ALL.withCreated(null, null), ALL.withCreated(null, Samples.NOON));
  }

  @Test
  void a_text_is_found_in_command_model_data_set_name_and_message() {
    for (String text : List.of("train.py --lr", "emm", "th-v", "tly ev", "exit code 3")) {
      matches(ALL.withText(text), ALL.withText(text + "?"));
    }
  }

  @Test
  void all_conditions_apply() {
    RunFilter filter = ALL.withHosts(List.of("node7")).withExitCodes(List.of(3));
    matches(filter, filter.withStatuses(List.of(RunStatus.COMPLETED)));
    assertThat(filter.isUnindexed()).isTrue();
    assertThat(ALL.withHosts(List.of("node7")).isUnindexed()).isFalse();
  }

  private static void matches(RunFilter met, RunFilter unmet) {
    assertThat(met.matches(FAILED)).as("%s", met).isTrue();
    assertThat(unmet.matches(FAILED)).as("%s", unmet).isFalse();
  }

  @Test
  void a_suffix_of_an_id_is_hexadecimal_digits_with_the_hyphens_of_an_id() {
    assertThat(new RunIdSuffix("89AB").text()).isEqualTo("89ab");
    assertThat(new RunIdSuffix("8000-0123456789ab").text()).isEqualTo("8000-0123456789ab");
    for (String wrong : List.of("xyz", "80000123456789ab", "0-1", "0".repeat(37))) {
      assertThatIllegalArgumentException().isThrownBy(() -> new RunIdSuffix(wrong));
    }
  }
}
