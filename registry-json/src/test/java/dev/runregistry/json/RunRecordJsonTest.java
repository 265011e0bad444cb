package dev.runregistry.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.ChainedRetirement;
import dev.runregistry.run.audit.ChainedRun;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunRecordJsonTest {
  private static ChainedRun chained(Run run) {
    return new ChainedRun(ChainLink.after(ChainHead.EMPTY, run, Runs.NOON, false), run);
  }

  private static String json(ChainEntry entry) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      RunRecordJson.write(json, entry);
    }
    return text.toString();
  }

  @Test
  void a_run_of_every_kind_is_read_as_it_was_written() throws IOException {
    List<Run> runs = new ArrayList<>(Runs.ofEveryKind());
    runs.add(Runs.withProvenance());
    runs.add(Runs.ended(Runs.running(Runs.repeating(Runs.id()), Runs.NOON), Runs.exited(3)));
    runs.add(Runs.ended(Runs.running(Runs.olderTraining(), Runs.NOON), Runs.exited(0)));
    for (String text : List.of("\"\\/\b\f\n\r\t", "\u0001\u007f\u2028", "ü数🙂", "null", "{}")) {
      Run running = Runs.running(Runs.commandOf("echo", text, ""), Runs.NOON);
      runs.add(Runs.ended(running, new RunOutcome.Exited(1, Runs.output(text, text))));
    }
    for (Run run : runs) {
      ChainedRun entry = chained(run);

      ChainEntry read = RunRecordJson.read(json(entry));

      assertThat(read).isEqualTo(entry);
      if (run.status().isFinal()) {
        assertThat(read.problem(ChainHead.EMPTY)).isEmpty();
      }
    }
  }

  @Test
  void a_retirement_of_a_host_is_read_as_it_was_written() throws IOException {
    HostRetirement retirement =
        new HostRetirement(UUID.randomUUID(), "node7", "ann", Runs.NOON, "burnt \"down\"\nü");
    ChainEntry entry =
        new ChainedRetirement(ChainLink.after(ChainHead.EMPTY, retirement, Runs.NOON), retirement);

    ChainEntry read = RunRecordJson.read(json(entry));

    assertThat(read).isEqualTo(entry);
    assertThat(read.problem(ChainHead.EMPTY)).isEmpty();
    for (String[] change : new String[][] {{"node7", "node8"}, {"ann", "bob"}, {"burnt", "sold"}}) {
      String changed = json(entry).replace(change[0], change[1]);
      assertThat(RunRecordJson.read(changed).problem(null))
          .hasValueSatisfying(problem -> assertThat(problem).contains("is not the one"));
    }
    assertThat(RunRecordJson.read(json(entry).replace("\"version\":1001", "\"version\":4")))
        .extracting(other -> other.problem(null).orElseThrow())
        .isEqualTo("Link 1 is not that of retirement " + retirement.id());
  }

  @Test
  void every_change_of_a_text_is_a_problem() throws IOException {
    String json = json(chained(Runs.withProvenance()));

    for (String[] change :
        new String[][] {
          {"Asia/Kolkata", "Europe/Berlin"},
          {"loss 0.25", "loss 0.20"},
          {"\"exit_code\":0", "\"exit_code\":null"},
          {"\"backfilled\":false", "\"backfilled\":true"},
          {"5.0E-4", "5.0E-5"}
        }) {
      assertThat(json).contains(change[0]);
      String changed = json.replace(change[0], change[1]);
      assertThat(problemOf(changed)).as(changed).isNotEmpty();
    }
  }

  /** A change is found by the digests, or makes a run that cannot be. */
  private static String problemOf(String json) {
    try {
      return RunRecordJson.read(json).problem(ChainHead.EMPTY).orElse("");
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]         | it is not a JSON object",
        "{          | it is not a JSON object",
        "x          | it is not a JSON object",
        "{}         | its format is neither",
        "{} {}      | something follows the JSON object",
        "{\"a\":1,\"a\":2} | it has two values of one name",
        "{\"format\":\"run-registry record 1\"} | it has no run_id, or one of another type"
      })
  void what_is_no_record_is_refused_with_the_reason(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunRecordJson.read(text))
        .withMessageStartingWith(reason);
  }

  @Test
  void a_value_of_another_type_is_named() throws IOException {
    String json = json(chained(Runs.completed()));

    for (String[] change :
        new String[][] {
          {"\"number\":1", "\"number\":1.5", "number is not an integer"},
          {"\"number\":1", "\"number\":\"1\"", "it has no number, or one of another type"},
          {"\"version\":", "\"version\":9999999999,\"x\":", "version is out of range"},
          {"\"command\":[", "\"command\":[1,", "command has something else than texts"},
          {"\"command\":[", "\"command\":[[],", "it has an array of something else"},
          {"2026-11-22T12:00:00.123456Z", "2026-11-22", "it has a time that is none"}
        }) {
      assertThat(json).contains(change[0]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RunRecordJson.read(json.replace(change[0], change[1])))
          .withMessageStartingWith(change[2]);
    }
  }
}
