package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of server/measure.py that need neither a server nor a database. */
class MeasureScriptTest {
  private static final Path SERVER = Path.of("../benchmarks/server").toAbsolutePath().normalize();

  @Test
  void the_script_says_what_it_can_do() throws Exception {
    assertThat(python(0, SERVER.resolve("measure.py").toString(), "--help"))
        .contains("--short", "--only", "--prefix", "--rounds", "--url");
  }

  @Test
  void the_rate_of_pgbench_is_read() throws Exception {
    assertThat(
            evaluate(
                "pgbench_rate('number of failed transactions: 0 (0.000%)\\n"
                    + "tps = 2752.25 (without initial connection time)\\n')"))
        .isEqualTo("2752.25");
  }

  @Test
  void a_failed_transaction_ends_the_measurement() throws Exception {
    assertThat(
            python(
                1,
                "-c",
                imported("pgbench_rate('number of failed transactions: 3 (0.1%)\\ntps = 9\\n')")))
        .contains("pgbench had failures");
  }

  @Test
  void only_the_kinds_of_requests_that_are_wanted_are_measured() throws Exception {
    assertThat(evaluate(wanted("['deep', 'dry_run']"))).isEqualTo("['deep', 'dry_run']");
    assertThat(evaluate(wanted("None"))).isEqualTo("['list_1000', 'deep', 'dry_run']");
    assertThat(python(1, "-c", imported(wanted("['depe']"))))
        .contains("--only knows no depe; there is list_1000, deep, dry_run");
  }

  private static String wanted(String only) {
    return """
        [case.name for case in wanted_cases(argparse.Namespace(only=%s), [
            argparse.Namespace(name=name) for name in ('list_1000', 'deep', 'dry_run')])]"""
        .formatted(only);
  }

  @Test
  void a_cursor_of_a_filled_row_is_written_as_the_server_writes_it() throws Exception {
    // of the row that the server's own next link named, see fill.sql
    assertThat(evaluate("encoded_cursor(1000099)"))
        .isEqualTo("AAYzskOBM_sBlAEAAJlwAIAAAAAAAAAAAAAAAA");
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "page_after", "detail"})
  void columns_that_the_server_does_not_ask_for_are_noticed(String script) throws Exception {
    String sql = "open(HERE + '/" + script + ".sql').read()";

    assertThat(
            evaluate(
                "without_values(" + sql + ") != without_values(" + sql + ".replace('mode', 'x'))"))
        .isEqualTo("True");
  }

  private static String evaluate(String expression) throws IOException, InterruptedException {
    return python(0, "-c", imported("print(" + expression + ")")).strip();
  }

  private static String imported(String statement) {
    return """
        import sys
        sys.dont_write_bytecode = True
        sys.path.insert(0, '%s')
        from measure import *
        %s
        """
        .formatted(SERVER, statement);
  }

  /** What it prints on both of its streams. */
  private static String python(int exitCode, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).describedAs(said).isEqualTo(exitCode);
    return said;
  }
}
