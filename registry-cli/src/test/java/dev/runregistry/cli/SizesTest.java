package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.cli.text.Sizes;
import dev.runregistry.executor.process.LogLimit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "10240, 10240",
    "10240B, 10240",
    "64K, 65536",
    "64KiB, 65536",
    "64KB, 64000",
    "500M, 524288000",
    "500MB, 500000000",
    "10G, 10737418240",
    "10GiB, 10737418240",
    "2TB, 2000000000000"
  })
  void a_number_and_a_unit_are_a_size(String text, long bytes) {
    assertThat(Sizes.parse(text)).isEqualTo(LogLimit.of(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "0", "0K", "0GiB"})
  void nothing_stands_for_no_limit(String text) {
    assertThat(Sizes.parse(text)).isEqualTo(LogLimit.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "G", "10 G", "-1G", "1.5G", "10g", "10GB/s", "10P", "10iB", "9999999999999T"})
  void anything_else_is_refused_with_what_is_allowed(String text) {
    assertThatThrownBy(() -> Sizes.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("such as 64K, 500MB or 10GiB, or none");
  }

  @Test
  void a_limit_is_written_as_it_can_be_read() {
    for (String text : new String[] {"none", "10GiB", "64KiB", "10241B", "3TiB", "2048TiB"}) {
      assertThat(Sizes.of(Sizes.parse(text))).isEqualTo(text);
    }
  }
}
