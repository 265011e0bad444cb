package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.RunId;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UuidV7RunIdsTest {
  private final UuidV7RunIds ids = new UuidV7RunIds();

  @Test
  void ids_grow_as_they_are_made() {
    List<String> made = Stream.generate(ids::next).limit(20_000).map(RunId::toString).toList();

    assertThat(made).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void many_can_make_ids_at_once() {
    List<RunId> made = IntStream.range(0, 100_000).parallel().mapToObj(i -> ids.next()).toList();

    assertThat(made).doesNotHaveDuplicates();
  }

  @Test
  void two_sources_never_make_the_same_id() {
    UuidV7RunIds others = new UuidV7RunIds();

    assertThat(
            Stream.generate(() -> Stream.of(ids.next(), others.next()))
                .limit(20_000)
                .flatMap(both -> both))
        .doesNotHaveDuplicates();
  }

  @Test
  void an_id_is_a_version_7_uuid_of_now() {
    long before = System.currentTimeMillis();
    RunId id = ids.next();
    long after = System.currentTimeMillis();

    assertThat(id.value().version()).isEqualTo(7);
    assertThat(id.value().variant()).isEqualTo(2);
    assertThat(id.value().getMostSignificantBits() >>> 16).isBetween(before, after);
  }
}
