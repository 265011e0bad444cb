package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.list.ShortIds;
import dev.runregistry.run.RunId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ShortIdsTest {
  private static final Instant MADE = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant LATER = MADE.plusSeconds(86_400);

  private static RunId at(Instant time) {
    String digits = "%012x".formatted(time.toEpochMilli());
    return RunId.parse(
        digits.substring(0, 8) + "-" + digits.substring(8) + "-7000-8000-4da456ce5019");
  }

  @Test
  void eight_digits_are_enough_where_no_other_run_has_them() {
    RunId id = at(MADE);

    assertThat(ShortIds.of(List.of(id), List.of(), LATER).of(id)).hasSize(8);
    assertThat(ShortIds.whole().of(id)).isEqualTo(id.toString());
  }

  @Test
  void a_neighbour_makes_it_longer_and_all_have_one_length() {
    RunId id = at(MADE);
    RunId distant = at(MADE.minusSeconds(100_000));
    ShortIds ids = ShortIds.of(List.of(id, distant), List.of(at(MADE.plusMillis(1))), LATER);

    assertThat(ids.of(id)).hasSize(13);
    assertThat(ids.of(distant)).hasSize(13);
  }

  @Test
  void it_does_not_end_with_a_hyphen() {
    RunId one = at(MADE);
    RunId same = new RunId(new UUID(one.value().getMostSignificantBits(), -1));

    assertThat(ShortIds.of(List.of(one), List.of(same), LATER).of(one)).hasSize(20);
  }

  @Test
  void a_run_that_starts_a_moment_later_has_another_prefix() {
    Instant now = MADE.plusMillis(700); // eight digits are the same for 65 s

    for (RunId id : List.of(at(MADE), at(now))) {
      String prefix = ShortIds.of(List.of(id), List.of(), now).of(id);

      assertThat(at(now.plusMillis(1)).toString()).as(prefix).doesNotStartWith(prefix);
    }
    assertThat(ShortIds.of(List.of(at(MADE)), List.of(), now).of(at(MADE)).length()).isLessThan(13);
  }

  @Test
  void an_id_that_is_not_made_of_a_time_needs_no_more() {
    RunId random = RunId.parse("ffffffff-ffff-4fff-bfff-ffffffffffff");

    assertThat(ShortIds.of(List.of(random), List.of(), LATER).of(random)).hasSize(8);
  }
}
