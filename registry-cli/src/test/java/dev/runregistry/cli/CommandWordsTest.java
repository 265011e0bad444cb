package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.cli.options.CommandWords;
import dev.runregistry.cli.options.Suggestions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What newcomers type, and what they get for it. */
class CommandWordsTest {
  @TempDir Path folder;

  private Result typed(String line) {
    return new Session(folder).registry(words(line));
  }

  private static String[] words(String line) {
    return line.isEmpty() ? new String[0] : line.split(" ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "list                | runs list",
        "ls -n 5             | runs list -n 5",
        "history             | runs list",
        "status              | runs list",
        "ps                  | runs list --status running",
        "show 01a2           | runs show 01a2",
        "logs 01a2           | runs logs 01a2",
        "log -f 01a2         | runs logs -f 01a2",
        "tail 01a2           | runs logs 01a2",
        "follow 01a2         | runs logs --follow 01a2",
        "prune               | runs prune",
        "version             | --version",
        "runs ls             | runs list",
        "runs tail 01a2      | runs logs 01a2",
        "runs -5             | runs -n 5",
        "runs list --json -5 | runs list --json -n 5",
        "runs -n -5          | runs -n -5",
        "runs --exit -5      | runs --exit -5",
        "show -1             | runs show @1",
        "runs show -5        | runs show @5",
        "runs help           | runs --help",
        "runs help logs      | runs logs --help",
        "help runs logs      | runs logs --help",
        "help show           | runs show --help",
        "help run            | help run",
        "help                | help",
        "runs show 01a2      | runs show 01a2",
        "serve --port 0      | serve --port 0"
      })
  void a_word_of_other_programs_is_one_of_ours(String line, String ours) {
    assertThat(CommandWords.translated(words(line))).containsExactly(words(ours));
  }

  @ParameterizedTest
  @CsvSource({"runs help, runs", "runs help logs, runs logs", "help runs logs, runs logs"})
  void help_is_had_at_any_depth(String line, String command) {
    Result result = typed(line);

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("Usage: registry " + command + " [");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "list",
        "ls",
        "ps",
        "history",
        "status",
        "runs ls",
        "runs -s failed",
        "runs --failed",
        "runs --running",
        "runs --status FAILED",
        "runs --status fail",
        "runs --status failed,timeout",
        "runs --since yesterday",
        "runs --after monday --until today",
        "runs --last 5",
        "runs -5",
        "runs -n 0",
        "runs -a",
        "runs --all",
        "runs -m X",
        "runs --model X --exit 1",
        "runs --grep lr",
        "runs --tag a=b --tag c",
        "runs --name n",
        "runs --sort duration --reverse",
        "runs --format csv",
        "runs -o json",
        "runs -o wide",
        "runs -q",
        "runs --no-trunc --no-header"
      })
  void what_people_type_for_a_list_is_one(String line) {
    assertThat(typed(line).code()).isZero();
  }

  @Test
  void registry_alone_prints_its_help() {
    Result result = typed("");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).startsWith("Usage: registry [").contains("reconcile");
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kill 01a2           | to cancel a run: registry cancel ID",
        "runs stop 01a2      | to cancel a run: registry cancel ID",
        "runs wait 01a2      | to wait for a run: registry wait ID",
        "runs rerun 01a2     | to submit the request of a run again: registry rerun ID",
        "retry 01a2          | to submit the request of a run again: registry rerun ID",
        "restart 01a2        | to submit the request of a run again: registry rerun ID",
        "runs diff 01a2 01a3 | to compare two runs: registry diff ID ID",
        "runs compare 01a2   | to compare two runs: registry diff ID ID",
        "search lr           | to search runs: registry runs --grep TEXT",
        "find lr             | to search runs: registry runs --grep TEXT",
        "rm 01a2             | runs are never deleted; 'registry runs prune' frees their logs",
        "delete 01a2         | runs are never deleted; 'registry runs prune' frees their logs",
        "runs rm 01a2        | runs are never deleted; 'registry runs prune' frees their logs",
        "attach 01a2         | attaching is not supported; 'registry runs logs -f ID' follows",
        "runs -w             | --watch prints a table on a terminal; leave it out, or the format"
      })
  void what_is_not_there_says_what_is(String line, String message) {
    Result result = typed(line);

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).startsWith("registry: " + message).doesNotContain("Did you mean");
  }

  @Test
  void options_that_run_does_not_have_say_what_there_is() {
    assertThat(typed("run --dry-run -d x").err())
        .startsWith("registry: a run without -- CMD and without --local is a dry run");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "runz            | Did you mean 'registry run' or 'registry runs'?",
        "ru              | Did you mean 'registry run' or 'registry runs'?",
        "runs sho        | Did you mean 'registry runs show'?",
        "shwo            | Did you mean 'registry runs show'?",
        "completions     | Did you mean 'registry completion'?",
        "reconsile       | Did you mean 'registry reconcile'?",
        "runs --sttaus x | Did you mean '--status'?",
        "runs 01a20416   | To show a run: registry runs show 01a20416"
      })
  void a_mistyped_word_says_what_was_meant(String line, String suggestion) {
    Result result = typed(line);

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err().lines()).contains(suggestion);
  }

  @ParameterizedTest
  @CsvSource({"attach", "delete", "kill", "restart", "runs diff", "runs stop", "nonsense", "go"})
  void no_suggestion_is_better_than_a_wrong_one(String line) {
    assertThat(typed(line).err()).doesNotContain("Did you mean");
  }

  @ParameterizedTest
  @CsvSource({
    "runs, runz, true",
    "runs, run, true",
    "runs, ruin, false",
    "verify, diff, false",
    "serve, version, false",
    "migrate, status, false",
    "list, stop, false",
    "--mode, --model, true",
    "--json, --jsno, true"
  })
  void two_words_are_alike_within_two_edits_and_a_third_of_them(
      String known, String typed, boolean alike) {
    assertThat(Suggestions.isSimilar(typed, known)).isEqualTo(alike);
  }
}
