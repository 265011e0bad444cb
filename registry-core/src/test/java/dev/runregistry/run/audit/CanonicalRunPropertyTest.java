package dev.runregistry.run.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.TrainingConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Runs of few, awkward values, so that equal ones and almost equal ones are common. */
class CanonicalRunPropertyTest {
  @Provide
  Arbitrary<Run> runs() {
    Arbitrary<String> text = Arbitraries.of("", "1", "1:", "1:1", "\n", "x\n0:", "é", "=1:1\n");
    Arbitrary<RunSpec> spec =
        Combinators.combine(
                text,
                text.list().ofMaxSize(3),
                Arbitraries.longs().between(1, 2).injectNull(0.3),
                Arbitraries.of(2e-5, Math.nextUp(2e-5), 1.0))
            .as(CanonicalRunPropertyTest::spec);
    Arbitrary<Output> output =
        Combinators.combine(text, text)
            .as((out, err) -> new Output(OutputExcerpt.of(out), OutputExcerpt.of(err)));
    return Combinators.combine(
            spec,
            text.map(id -> "e" + id).injectNull(0.3),
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(1, 2).injectNull(0.3),
            output,
            text)
        .as(CanonicalRunPropertyTest::run);
  }

  private static RunSpec spec(String text, List<String> arguments, Long limit, double rate) {
    return new RunSpec(
        new DatasetKey("k"),
        "m" + text,
        RunMode.LOCAL,
        "o",
        new TrainingConfig(rate, 1, 1, 128),
        Stream.concat(Stream.of("x"), arguments.stream()).toList(),
        limit == null ? null : Duration.ofMillis(limit));
  }

  private static Run run(
      RunSpec spec, String externalId, int micros, Integer code, Output output, String message) {
    return new Run(
        Samples.ID,
        spec,
        RunStatus.FAILED,
        "process",
        externalId,
        Samples.NOON,
        Samples.NOON,
        Samples.NOON.plusNanos(micros * 1_000L),
        code,
        null,
        output,
        "m" + message,
        null);
  }

  @Property(tries = 2000)
  void two_runs_have_the_same_bytes_only_if_they_are_the_same(
      @ForAll("runs") Run one, @ForAll("runs") Run other) {
    byte[] bytes = CanonicalRun.bytes(one, CanonicalRun.CURRENT_VERSION);

    assertThat(Arrays.equals(bytes, CanonicalRun.bytes(other, CanonicalRun.CURRENT_VERSION)))
        .isEqualTo(one.equals(other));
    assertThat(Digest.of(bytes)).isEqualTo(CanonicalRun.digest(one, CanonicalRun.CURRENT_VERSION));
  }
}
