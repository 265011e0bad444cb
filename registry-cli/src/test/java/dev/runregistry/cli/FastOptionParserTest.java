package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.cli.config.OptionDefinition;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.options.FastOptionParser;
import dev.runregistry.cli.options.OptionValues;
import dev.runregistry.cli.options.PicocliOptions;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.run.RunOption;
import dev.runregistry.cli.run.SplitArguments;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** picocli is right: what is read without it has to be what it would have read. */
class FastOptionParserTest {
  private static final List<String> WORDS =
      List.of(
          "-d",
          "--dataset",
          "--dataset=k",
          "--dataset=",
          "-d=k",
          "-dk",
          "-m",
          "--home",
          "--home=a=b",
          "--tag",
          "--tag=a=b",
          "--timeout",
          "--epochs",
          "--epochs=3",
          "--device",
          "--local",
          "--local=true",
          "--json",
          "-q",
          "-v",
          "-qv",
          "--no-such",
          "--data",
          "-h",
          "-V",
          "-",
          "",
          "k",
          "a=b",
          "\"k\"",
          "@k",
          "${k}",
          "1s");

  private static CommandLine picocli() {
    return new Commands(Console.ofProcess(), new SignalRelay()).run(SplitArguments.of(List.of()));
  }

  private static PicocliOptions parsed(List<String> words) {
    return new PicocliOptions(picocli().parseArgs(words.toArray(new String[0])));
  }

  private static Optional<OptionValues> fast(List<String> words) {
    return FastOptionParser.of(RunOption.all(), words);
  }

  private static void assertNoDisagreement(List<String> words) {
    Optional<OptionValues> plain = fast(words);
    if (plain.isPresent()) {
      OptionValues expected = parsed(words);
      assertThat(expected.unmatched()).as("%s", words).isEmpty();
      for (OptionDefinition option : RunOption.all()) {
        assertThat(plain.get().hasMatchedOption(option.name()))
            .as("%s in %s", option, words)
            .isEqualTo(expected.hasMatchedOption(option.name()));
        assertThat(plain.get().<Object>matchedOptionValue(option.name(), "none"))
            .as("%s in %s", option, words)
            .isEqualTo(expected.<Object>matchedOptionValue(option.name(), "none"));
      }
    }
  }

  @Test
  void it_never_reads_anything_else_than_picocli_would() {
    for (String one : WORDS) {
      assertNoDisagreement(List.of(one));
      for (String two : WORDS) {
        assertNoDisagreement(List.of(one, two));
        assertNoDisagreement(List.of("--model", one, two));
        assertNoDisagreement(List.of(one, "k", two));
        assertNoDisagreement(List.of(one, "k", two, "l"));
      }
    }
  }

  @Test
  void all_but_numbers_is_read_without_picocli() {
    for (OptionDefinition option : RunOption.all()) {
      List<String> words = option.hasValue() ? List.of(option.name(), "1") : List.of(option.name());
      boolean number = !Set.of(String.class, List.class, boolean.class).contains(option.type());
      assertThat(fast(words).isEmpty()).as(option.name()).isEqualTo(number);
      assertNoDisagreement(words);
    }
  }

  @Test
  void what_it_reads_is_there_under_the_longest_name() {
    OptionValues given = fast(List.of("-d", "key", "--home=/h=1", "-q", "--json")).orElseThrow();

    assertThat(given)
        .isEqualTo(
            new FastOptionParser(
                Map.of("--dataset", "key", "--home", "/h=1", "--quiet", true, "--json", true)));
    assertThat(given.hasMatchedOption("--model")).isFalse();
    assertThat(given.matchedOptionValue("--epochs", 3)).isEqualTo(3);
  }

  @Test
  void an_option_that_may_be_repeated_has_all_its_values() {
    List<String> words = List.of("--tag", "a=1", "-q", "--tag=b=2", "--tag", "a=1");

    assertThat(fast(words).orElseThrow())
        .isEqualTo(
            new FastOptionParser(Map.of("--tag", List.of("a=1", "b=2", "a=1"), "--quiet", true)));
    assertNoDisagreement(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--help", "-d", "-d --json", "-qv", "--epochs 3", "x", "-q -q", "--json=1"})
  void the_rest_is_for_picocli(String line) {
    assertThat(fast(List.of(line.split(" ")))).isEmpty();
  }

  @Test
  void an_option_without_its_value_is_no_value_of_the_one_before() {
    assertThatThrownBy(() -> parsed(List.of("-d", "--json")))
        .isInstanceOf(ParameterException.class);
  }
}
