package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.internal.files.CorruptJournalException;
import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RunJsonTest {
  private static final OwnerIdentity RUNNER =
      new OwnerIdentity(
          "host ä", "machine", "boot", "pid:[1]", new ProcessIdentity(4_194_304, Long.MAX_VALUE));
  private static final DatabaseIdentity DATABASE =
      new DatabaseIdentity("jdbc:sqlite:/home/ä b/registry.db", Optional.empty());

  @Property(tries = 300)
  void a_note_reads_as_it_was_written(@ForAll("specs") RunSpec spec, @ForAll("instants") Instant at)
      throws IOException {
    Run running = Runs.running(spec, at);

    assertThat(RunJson.readStarted(RunJson.started(running, RUNNER, DATABASE)))
        .isEqualTo(new JournaledStart(running, null, RUNNER, DATABASE));
  }

  @Example
  void a_submitted_run_reads_as_it_was_written_and_not_by_earlier_versions() throws IOException {
    Run pending = Runs.pending();
    byte[] note = RunJson.submitted(pending, "slurm", RUNNER, DATABASE);

    assertThat(RunJson.readStarted(note))
        .isEqualTo(new JournaledStart(pending, "slurm", RUNNER, DATABASE));
    assertThatThrownBy(() -> RunJsonReader.of(note, RunJson.FORMAT))
        .hasMessageContaining("format 2");
  }

  @Property(tries = 200)
  void an_ending_reads_as_it_was_written(
      @ForAll("texts") String out,
      @ForAll("texts") String note,
      @ForAll @LongRange(max = 255) long code)
      throws IOException {
    Run ended =
        Runs.running().finish(new Exited((int) code, Runs.output(out, note), note), Runs.NOON);

    assertThat(RunJson.readEnded(RunJson.ended(ended))).isEqualTo(ended);
  }

  @Example
  void every_kind_of_run_reads_as_it_was_written() throws IOException {
    OwnerIdentity elsewhere = new OwnerIdentity("mac", null, null, null, new ProcessIdentity(1, 0));
    for (Run run : Runs.ofEveryKind()) {
      assertThat(RunJson.readEnded(RunJson.ended(run))).isEqualTo(run);
      assertThat(RunJson.readStarted(RunJson.started(run, elsewhere, DatabaseIdentity.UNKNOWN)))
          .isEqualTo(new JournaledStart(run, null, elsewhere, DatabaseIdentity.UNKNOWN));
    }
  }

  @Example
  void the_note_of_a_database_reads_as_it_was_written() throws IOException {
    for (Optional<UUID> id : List.of(Optional.<UUID>empty(), Optional.of(new UUID(7, 1)))) {
      DatabaseIdentity database = new DatabaseIdentity(DATABASE.address(), id);

      assertThat(RunJson.readDatabase(RunJson.database(database))).isEqualTo(database);
    }
  }

  @Example
  void a_cut_note_is_refused_wherever_it_is_cut() throws IOException {
    byte[] note = RunJson.started(Runs.running(), RUNNER, DATABASE);

    for (int length = 0; length < note.length - 1; length++) {
      byte[] cut = Arrays.copyOf(note, length);
      assertThatThrownBy(() -> RunJson.readStarted(cut)).isInstanceOf(IOException.class);
    }
  }

  @Example
  void a_note_that_is_not_ours_is_refused() {
    for (String note :
        List.of(
            "[]",
            "null",
            "{}",
            "{\"format\":2}",
            "{\"format\":\"1\"}",
            "{\"format\":1,\"format\":1}",
            "{\"format\":1,\"run\":[]}",
            "{\"format\":1,\"run\":{\"run_id\":7}}")) {
      assertThatThrownBy(() -> RunJson.readEnded(note.getBytes(StandardCharsets.UTF_8)))
          .as(note)
          .isInstanceOf(IOException.class);
    }
  }

  @Example
  void a_note_that_a_run_has_filled_up_is_damaged_and_does_not_fill_the_memory() {
    String names =
        IntStream.range(0, 200_000)
            .mapToObj(i -> "\"" + i + "\":0")
            .collect(Collectors.joining(",", "{", "}"));
    String items = "{\"a\":[" + "0,".repeat(2_000_000) + "0]}";
    for (String note : List.of(names, items)) {
      assertThatThrownBy(() -> RunJson.readStarted(note.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(CorruptJournalException.class)
          .hasMessageMatching("the note has more than \\d+ values");
    }
  }

  @Example
  void fields_of_a_later_version_are_passed_over() throws IOException {
    Run run = Runs.completed();
    String note = new String(RunJson.ended(run), StandardCharsets.UTF_8);
    String later = note.replaceFirst("\\{", "{\"later\":[{\"x\":1.5},true,null],");

    assertThat(RunJson.readEnded(later.getBytes(StandardCharsets.UTF_8))).isEqualTo(run);
  }

  @Example
  void every_kind_of_run_is_read_as_it_was_written() throws IOException {
    for (Run run : Runs.ofEveryKind()) {
      assertThat(RunJson.readEnded(RunJson.ended(run))).isEqualTo(run);
    }
  }

  @Example
  void a_note_from_before_version_5_of_the_tables_is_read_as_it_was_meant() throws IOException {
    Run run = Runs.ended(Runs.running(), Runs.exited(0));
    String note = new String(RunJson.ended(run), StandardCharsets.UTF_8);
    String older =
        note.replace("\"weight_decay\":0.1,", "")
            .replace(",\"device\":\"cuda\"", "")
            .replace("\"reason\":\"exited\",", "");

    Run read = RunJson.readEnded(older.getBytes(StandardCharsets.UTF_8));

    assertThat(older).hasSizeLessThan(note.length() - 50);
    assertThat(read.reason()).isNull();
    assertThat(read.spec()).isEqualTo(Runs.olderTraining());
  }

  @Example
  void a_note_from_before_version_7_of_the_tables_has_no_parent() throws IOException {
    Run run = Runs.ended(Runs.running(Runs.repeating(Runs.id()), Runs.NOON), Runs.exited(0));
    String note = new String(RunJson.ended(run), StandardCharsets.UTF_8);
    String older = note.replaceFirst(",\"parent_run_id\":\"[^\"]+\"", "");

    Run read = RunJson.readEnded(older.getBytes(StandardCharsets.UTF_8));

    assertThat(older).isNotEqualTo(note);
    assertThat(read.spec()).isEqualTo(Runs.localRunOf("math-v1"));
  }

  @Provide
  Arbitrary<RunSpec> specs() {
    Arbitrary<TrainingConfig> training =
        Combinators.combine(
                Arbitraries.longs()
                    .between(1, Double.doubleToLongBits(1))
                    .map(Double::longBitsToDouble),
                Arbitraries.integers().between(1, 100),
                Arbitraries.integers().between(1, 512),
                Arbitraries.integers().between(128, 32_768))
            .as(TrainingConfig::new);
    return Combinators.combine(
            texts().ofMaxLength(20).filter(text -> !text.isEmpty()),
            texts().list().ofMaxSize(5),
            training,
            Arbitraries.longs().between(1, Long.MAX_VALUE / 1_000_000).injectNull(0.3))
        .as(
            (text, words, config, limit) ->
                new RunSpec(
                    new DatasetKey("math-v1"),
                    text,
                    RunMode.LOCAL,
                    text,
                    config,
                    java.util.stream.Stream.concat(java.util.stream.Stream.of(text), words.stream())
                        .toList(),
                    limit == null ? null : Duration.ofMillis(limit)));
  }

  @Provide
  net.jqwik.api.arbitraries.StringArbitrary texts() {
    return Arbitraries.strings()
        .withCharRange('\u0001', '\u02ff')
        .withChars('"', '\\', '\n', '\u2028', '\u200f', '\ufffd')
        .ofMaxLength(60);
  }

  @Provide
  Arbitrary<Instant> instants() {
    return Arbitraries.longs()
        .between(0, 253_402_300_799_999_999L)
        .map(micros -> Instant.EPOCH.plus(micros, java.time.temporal.ChronoUnit.MICROS));
  }

  /** What was seen: a run whose environment had such a name was recorded and could not be read. */
  @Test
  void a_variable_with_a_name_of_any_length_is_read_as_it_was_written() throws IOException {
    Provenance provenance =
        new Provenance("host", null, "/work", "1", null, null, Map.of("X".repeat(60_000), "1"));
    Run running = Runs.running().withProvenance(provenance);

    OwnerIdentity owner = OwnerIdentity.current(ProcessTable.ofThisHost());
    byte[] note = RunJson.started(running, owner, DatabaseIdentity.UNKNOWN);

    assertThat(RunJson.readStarted(note).run()).isEqualTo(running);
  }
}
