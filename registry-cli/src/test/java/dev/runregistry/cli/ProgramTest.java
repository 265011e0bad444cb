package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.runregistry.cli.Session.Result;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.run.RunOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
  @TempDir Path folder;
  private Session session;

  @BeforeEach
  void open() {
    session = new Session(folder);
  }

  private static String[] words(String line) {
    return line.isEmpty() ? new String[0] : line.split(" ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "help",
        "help run",
        "run --help",
        "run -h",
        "runs --help",
        "runs list --help",
        "runs show --help",
        "runs logs --help",
        "migrate --help",
        "config --help",
        "completion --help",
        "help completion"
      })
  void help_is_everywhere_and_goes_to_stdout(String line) {
    Result result = session.registry(words(line));

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("Usage: registry").doesNotContain("null");
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V", "run --version", "runs --version", "runs show -V"})
  void the_version_is_everywhere(String line) {
    Result result = session.registry(words(line));

    assertThat(result.code()).isZero();
    assertThat(result.out()).matches("registry \\d+\\.\\d+\\.\\d+\\S* \\(Java .*\\)\n");
  }

  @Test
  void the_help_of_run_says_what_its_exit_codes_mean() {
    assertThat(session.registry("run", "--help").out())
        .contains("Usage: registry run [OPTIONS] -- CMD [ARG...]")
        .contains("124", "125", "126", "127", "128 + n", "141")
        .contains("--kill-after=TIME", "REGISTRY_DB_PASSWORD");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense                  | unknown command 'nonsense'",
        "runs nonsense             | unknown command 'nonsense'",
        "runs show 01a2 nonsense   | unexpected argument 'nonsense'",
        "runs --limit -1           | --limit must not be negative: -1",
        "runs --limit 1 --all      | --limit and --all contradict each other",
        "runs -s failed,gone       | no status \"gone\"; allowed are pending, running",
        "runs -s failed,           | no status \"\"; allowed are pending, running",
        "runs -s error             | no status \"error\"; did you mean failed?",
        "runs -s succeeded         | no status \"succeeded\"; did you mean completed?",
        "runs --limit x            | 'x' is not an int",
        "runs list --status gone   | no status \"gone\"; allowed are pending, running",
        "runs list --mode remote   | no mode \"remote\"; allowed are dry-run, local",
        "runs show                 | Missing required parameter: 'ID'",
        "runs list --colour        | unknown option '--colour'",
        "completion tcsh           | expected one of [bash, zsh, fish]",
        "runs --status failed list | put --status after 'list'",
        "rerun --tag a b=1 @latest | --tag needs KEY=VALUE, as in --tag seed=7; got 'a'",
        "runs -n 3 show 01a2       | put --limit after 'show'",
        "runs --db mysql://x       | a database is jdbc:postgresql://",
        "config --config /no/such  | the configuration file /no/such does not exist"
      })
  void misuse_is_2_and_says_what_is_wrong(String line, String message) {
    Result result = session.registry(words(line));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("registry: ").contains(message).doesNotContain("\tat ");
  }

  @Test
  void runs_with_a_home_before_list_listed_another_home() {
    String other = folder.resolve("other").toString();

    Result before = session.registry("runs", "--home", other, "list");

    assertThat(before.code()).isEqualTo(2);
    assertThat(before.err())
        .startsWith("registry: put --home after 'list'\nTry 'registry runs list --help'");
    assertThat(session.registry("runs", "list", "--home", other).code()).isZero();
    assertThat(session.registry("runs", "--help", "list").code()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "run                              | nothing to run",
        "run -m x                         | nothing to run",
        "run --                           | no command after --",
        "run echo hi                      | put the command after --, as in: registry run -- echo hi",
        "run --local                      | nothing to run",
        "run -d x --local -- true         | leave out -- CMD",
        "run --timeout 1w -- true         | --timeout: not a duration: '1w'",
        "run ls -l                        | unexpected 'ls'; put the command after --, as in: registry run -- ls -l",
        "run python3 -c 1                 | as in: registry run -- python3 -c 1",
        "run --local python3 -c 1         | as in: registry run -- python3 -c 1",
        "run -qd x --timeout=1s ls -l     | as in: registry run -- ls -l",
        "run -dx ls --help                | as in: registry run -- ls --help",
        "run sh -c exit -- x              | as in: registry run -- sh -c exit -- x",
        "run --timeout 0s -- true         | the time limit must be at least 1 ms",
        "run --kill-after soon -- true    | --kill-after: not a duration",
        "run -d a/b -- true               | dataset_key must not contain a path separator",
        "run --epochs 7 -- true           | --epochs applies to --local only; pass it to your command",
        "run --learning-rate 1 -- true    | --learning-rate applies to --local only",
        "run --weight-decay 0 -- true     | --weight-decay applies to --local only",
        "run --batch-size 1 -- true       | --batch-size applies to --local only",
        "run --max-seq-length 256 -- true | --max-seq-length applies to --local only",
        "run --device cpu -- true         | --device applies to --local only",
        "run --output-dir x -- true       | --output-dir applies to --local only",
        "run -d x --epochs 0              | num_epochs must be 1 to 100",
        "run -d x --weight-decay 1.1      | weight_decay must be 0 to 1",
        "run -d x --device tpu            | no device \"tpu\"; allowed are auto, cpu, cuda",
        "run --learning-rate x -- true    | Invalid value for option '--learning-rate'",
        "run --tag seed -- true           | --tag needs KEY=VALUE, as in --tag seed=7; got 'seed'",
        "run --tag a b=1 -- true          | --tag needs KEY=VALUE, as in --tag seed=7; got 'a'",
        "run --tag a python3 x.py         | --tag needs KEY=VALUE, as in --tag seed=7; got 'a'",
        "run --name my run -q -- true     | unexpected 'run' after --name my; quote a value with blanks: --name 'my run'",
        "run --env-allow A B* -- true     | unexpected 'B*' after --env-allow A; names are comma-separated: --env-allow A,B*",
        "run --slurm-options --a=1 --b -q -- true | unexpected '--b' after --slurm-options --a=1; quote a value with blanks: --slurm-options '--a=1 --b'",
        "run --slurm-export A B -- true   | names are comma-separated: --slurm-export A,B",
        "run --name my run                | put the command after --, as in: registry run -- run",
        "run --tag a=1 --tag a=2 -- true  | --tag: key 'a' given twice",
        "run --tag =7 -- true             | --tag: the key of a tag must have 1 to 64 characters",
        "run --parent x -- true           | not a run ID: \"x\"",
        "run --frobnicate -- true         | unknown option '--frobnicate'",
        "run --db mysql://x -- true       | a database is jdbc:postgresql://",
        "run --config /no/such -- true    | the configuration file /no/such does not exist",
        "run --log-limit 5 -- true        | the limit of a log must be at least 10240 bytes",
        "run --log-limit 5X -- true       | not a size: '5X'",
        "run -d                           | Missing required parameter for option '--dataset'"
      })
  void misuse_of_run_is_125_because_all_other_codes_are_the_commands(String line, String message) {
    Result result = session.registry(words(line));

    assertThat(result.err()).startsWith("registry: ").contains(message).doesNotContain("\tat ");
    assertThat(result.code()).isEqualTo(125);
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--home", "--datasets", "--config", "--output-dir", "--db"})
  void an_unset_variable_made_files_in_the_current_directory(String option) {
    Result result = session.registry("run", option, "", "--", "touch", folder.resolve("ran") + "");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).startsWith("registry: ");
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void arguments_that_are_not_text_are_refused_before_anything_happens() {
    Program program = new Program(Console.ofProcess(), new SignalRelay());

    assertThat(program.refuse("argument 1 is not valid UTF-8", "run", "x")).isEqualTo(125);
    assertThat(program.refuse("argument 1 is not valid UTF-8", "runs")).isEqualTo(2);
  }

  @Test
  void a_stack_trace_is_shown_to_those_who_ask_for_it() {
    Result result = session.registry("runs", "--db", "jdbc:sqlite:/dev/null/x", "--verbose");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("registry: ").contains("\tat dev.runregistry");
    assertThat(session.registry("runs", "--db", "jdbc:sqlite:/dev/null/x").err())
        .startsWith("registry: ")
        .doesNotContain("\tat ");
  }

  @Test
  void a_home_that_cannot_be_written_is_125_and_nothing_runs() {
    Result result =
        session
            .with("REGISTRY_HOME", "/dev/null/home")
            .registry("run", "--", "touch", folder.resolve("ran").toString());

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).startsWith("registry: run ").contains("cannot be journaled");
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void config_shows_what_is_in_force_and_hides_secrets() throws IOException {
    Path file = Files.writeString(folder.resolve("config.properties"), "datasets=/data\n");
    session
        .with("REGISTRY_DB", "jdbc:postgresql://h/d?password=s3cret&user=u")
        .with("REGISTRY_DB_PASSWORD", "t0psecret")
        .with("REGISTRY_TOKEN", "t0ken")
        .with("REGISTRY_LOCAL_MAX", "7")
        .with("REGISTRY_LOG_LIMIT", "64KiB")
        .with("REGISTRY_CONFIG", file.toString());

    Result result = session.registry("config", "--home", "/h");

    assertThat(result.code()).isZero();
    assertThat(result.out().lines().map(line -> line.replaceAll(" {2,}", " | ").strip()))
        .containsExactly(
            "KEY | VALUE | FROM",
            "home | /h | option --home",
            "db | jdbc:postgresql://h/d?password=***&user=u | environment REGISTRY_DB",
            "db.user | - | default",
            "db.password | *** | environment REGISTRY_DB_PASSWORD",
            "db.password.file | - | default",
            "datasets | /data | file " + file,
            "command | tunix train --config '{config}' | default".replace("'", ""),
            "host | 127.0.0.1 | default",
            "port | 8080 | default",
            "token | *** | environment REGISTRY_TOKEN",
            "token.file | - | default",
            "allowed.hosts | - | default",
            "cors.origins | - | default",
            "local.timeout | 30s | default",
            "local.max | 7 | environment REGISTRY_LOCAL_MAX",
            "artifacts.root | " + Path.of("output").toAbsolutePath() + " | default",
            "show.command | true | default",
            "stop.timeout | 30s | default",
            "queue.slots | " + Runtime.getRuntime().availableProcessors() + " | default",
            "queue.max | 10000 | default",
            "queue.timeout | none | default",
            "queue.gpus | none | default",
            "executor | process | default",
            "slurm.partition | - | default",
            "slurm.account | - | default",
            "slurm.qos | - | default",
            "slurm.nodes | - | default",
            "slurm.cpus | - | default",
            "slurm.mem | - | default",
            "slurm.gpus | - | default",
            "slurm.time | - | default",
            "slurm.options | - | default",
            "slurm.export | PATH,LANG,LC_ALL,VIRTUAL_ENV,CONDA_PREFIX,PYTHONPATH | default",
            "slurm.pending.timeout | none | default",
            "env.allow | CONDA_DEFAULT_ENV,CUDA_VISIBLE_DEVICES,HIP_VISIBLE_DEVICES,LANG,LC_ALL,"
                + "OMP_NUM_THREADS,PYTHONHASHSEED,SLURM_JOB_ID,TZ,VIRTUAL_ENV | default",
            "git | on | default",
            "log.limit | 64KiB | environment REGISTRY_LOG_LIMIT",
            "log | warn | default",
            "log.format | text | default",
            "(file) | " + file + " | read");
  }

  @Test
  void the_settings_are_printed_as_json_without_secrets() {
    Result result =
        session
            .with("REGISTRY_DB_USER", "-")
            .with("REGISTRY_TOKEN", "t0ken")
            .registry("config", "--json");

    assertThat(result.code()).isZero();
    assertThat(result.out().lines())
        .contains(
            "{\"key\":\"db.user\",\"value\":\"-\",\"from\":\"environment REGISTRY_DB_USER\"}",
            "{\"key\":\"token\",\"value\":\"***\",\"from\":\"environment REGISTRY_TOKEN\"}",
            "{\"key\":\"cors.origins\",\"value\":null,\"from\":\"default\"}",
            "{\"key\":\"local.timeout\",\"value\":\"30s\",\"from\":\"default\"}");
  }

  @Test
  void config_hides_secrets_in_the_command() {
    assertThat(
            session
                .with("REGISTRY_COMMAND", "tunix --api-key s3cret {config}")
                .registry("config")
                .out())
        .contains("tunix --api-key '***' {config}")
        .doesNotContain("s3cret");
    assertThat(session.with("REGISTRY_COMMAND", "x 'API_KEY=s3cret'").registry("config").out())
        .contains("x 'API_KEY=***'");
  }

  @Test
  void config_shows_where_the_embedded_database_is() {
    assertThat(session.without("HOME").registry("config").out())
        .contains("jdbc:sqlite:" + folder.resolve("registry.db"));
    assertThat(session.with("HOME", "/home/me").registry("config").out())
        .containsPattern("/home/me/.config/run-registry/config.properties +not found");
  }

  @Test
  void without_a_home_config_said_nothing_but_an_error() {
    Result result = session.without("REGISTRY_HOME").registry("config");

    assertThat(result.code()).isZero();
    assertThat(result.out()).containsPattern("home +- +default").containsPattern("db +- +default");
    assertThat(result.err())
        .isEqualTo("registry: no directory for runs: set REGISTRY_HOME or HOME, or use --home\n");
    assertThat(session.registry("config", "--db", "jdbc:postgresql://h/d").out())
        .contains("jdbc:postgresql://h/d");
  }

  @Test
  void without_a_home_a_database_could_not_even_be_listed() {
    String database = "jdbc:sqlite:" + folder.resolve("elsewhere.db");
    session.registry("run", "--db", database, "--", "true");
    session.without("REGISTRY_HOME");

    Result listed = session.registry("runs", "--db", database, "--json");

    assertThat(listed.err()).isEmpty();
    assertThat(listed.out()).contains("\"status\":\"completed\"");
    String id = listed.out().substring(11, 47);
    assertThat(session.registry("runs", "show", id, "--db", database).code()).isZero();
    assertThat(session.registry("runs", "logs", id, "--db", database).code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"run -- true, 125", "runs, 2", "reconcile, 2", "reconcile --db jdbc:sqlite:x.db, 2"})
  void what_needs_a_home_says_how_to_name_one(String line, int code) {
    Result result = session.without("REGISTRY_HOME").registry(words(line));

    assertThat(result.code()).isEqualTo(code);
    assertThat(result.err())
        .startsWith("registry: no directory for runs: set REGISTRY_HOME or HOME, or use --home\n");
  }

  @Test
  void a_variable_that_looks_like_ours_is_pointed_out() {
    assertThat(session.with("REGISTRY_DBB", "x").with("REGISTRY_CDS", "off").registry("runs").err())
        .isEqualTo(
            "registry: warning: unknown environment variable REGISTRY_DBB\n"
                + "registry: no runs yet; try: registry run -- CMD\n");
  }

  @Test
  void a_data_set_that_passes_is_0_with_its_report_on_stdout() throws IOException {
    session.with("REGISTRY_DATASETS", datasets().toString());

    Result result = session.registry("run", "-d", "arith", "-m", "tiny", "--epochs", "7");

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("Dataset: arith", "Model: tiny", "num_epochs=7");
    assertThat(session.registry("runs", "list", "--mode", "dry-run", "--json").out())
        .contains("\"status\":\"completed\"");
  }

  @Test
  void a_manifest_could_clear_the_terminal() throws IOException {
    Path manifest = datasets().resolve("arith/manifest.json");
    Files.writeString(
        manifest, Files.readString(manifest).replace("Arithmetic", "\\u001B[2JArithmetic"));

    Result result =
        session.registry("run", "--datasets", folder.resolve("datasets").toString(), "-d", "arith");

    assertThat(result.out()).contains("\uFFFD[2JArithmetic").doesNotContain("\u001B");
  }

  @Test
  void a_data_set_that_is_refused_is_1_with_the_reason_on_stderr() {
    Result result = session.registry("run", "--datasets", folder.toString(), "-d", "gone");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("Step 1 of 3, the manifest, failed\ngone/: ");
    assertThat(session.registry("runs", "list", "--json").out()).contains("\"status\":\"failed\"");
  }

  @Test
  void a_dry_run_as_json_is_one_document() throws IOException {
    Result result =
        session.registry("run", "--json", "--datasets", datasets().toString(), "-d", "arith");

    assertThat(result.code()).isZero();
    assertThat(result.out().lines()).singleElement().asString().contains("\"mode\":\"dry-run\"");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void a_training_that_is_refused_starts_nothing_and_is_125() {
    Result result =
        session
            .with("REGISTRY_COMMAND", "touch " + folder.resolve("ran"))
            .registry("run", "-d", "gone", "--local");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).contains("Step 1 of 3, the manifest, failed");
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void a_training_starts_the_configured_command_with_its_configuration() throws IOException {
    Path copy = folder.resolve("copy.yaml");
    session
        .with("REGISTRY_COMMAND", "cp {config} " + copy)
        .with("REGISTRY_DATASETS", datasets().toString());

    Result result =
        session.registry(
            "run",
            "-d",
            "arith",
            "-m",
            "tiny",
            "--local",
            "--output-dir",
            "/out",
            "--batch-size",
            "4",
            "--max-seq-length",
            "256",
            "--learning-rate",
            "0.5",
            "--weight-decay",
            "0",
            "--device",
            "cpu");

    assertThat(result).isEqualTo(new Result(0, "", ""));
    assertThat(Files.readString(copy))
        .contains("model_id", "tiny", "/out", "batch_size: 4", "max_seq_length: 256", "0.5")
        .contains("weight_decay: 0.0", "device: \"cpu\"");
  }

  @Test
  void a_command_of_the_users_own_has_no_training_and_no_output_folder_on_record() {
    String run = session.registry("run", "--json", "--", "true", "--lr", "1").out();

    assertThat(run).contains("\"output_dir\":null,", "\"reason\":\"exited\",");
    String id = run.replaceFirst("(?s).*\"run_id\":\"([^\"]+)\".*", "$1");
    assertThat(session.registry("runs", "show", id).out())
        .contains("reason      exited\n")
        .doesNotContain("training", "learning rate", "output dir");
    String files =
        ",\"run_dir\":\"%s\",\"pid\":null}\n".formatted(folder.resolve("runs/done").resolve(id));
    assertThat(session.registry("runs", "show", "--json", id).out())
        .isEqualTo(run.replaceFirst("}\n$", "") + files);
  }

  @Test
  void a_name_tags_a_note_and_a_parent_are_on_record() {
    Result first =
        session.registry(
            "run",
            "--name",
            "nightly",
            "--tag",
            "seed=7",
            "--tag=b=",
            "--note",
            "a\nb",
            "--json",
            "--",
            "true");
    assertThat(first.code()).isZero();
    String id = first.out().replaceFirst(".*\"run_id\":\"([^\"]+)\"(?s:.*)", "$1").strip();

    String whole = session.registry("run", "--parent", id, "--json", "--", "true").out();
    String latest =
        session
            .registry(
                "run", "--parent", "@2", "--tag", "x=api_key=abcdef123", "--json", "--", "true")
            .out();

    assertThat(first.out())
        .contains(
            "\"name\":\"nightly\",\"tags\":{\"b\":\"\",\"seed\":\"7\"},\"note\":\"a\\nb\",\"parent_run_id\":null,");
    assertThat(whole)
        .contains("\"name\":null,\"tags\":{},\"note\":null,\"parent_run_id\":\"" + id + "\",");
    assertThat(latest)
        .contains(
            "\"tags\":{\"x\":\"api_key=***\"},\"note\":null,\"parent_run_id\":\"" + id + "\",");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--name | --name must have 1 to 128 characters, has 0",
        "--note | --note must have 1 to 4000 characters, has 0"
      })
  void an_empty_name_or_note_is_refused(String option, String message) {
    Result result = session.registry("run", option, "", "--", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).startsWith("registry: " + message);
  }

  @Test
  void a_person_is_told_the_id_of_the_run() {
    session.onTerminal(80);

    assertThat(session.registry("run", "--", "true").err())
        .matches(
            "registry: run ([0-9a-f-]{36}); to follow its output: registry runs logs -f \\1\n"
                + "registry: run \\1: Completed with exit code 0 \\(.*s\\)\n");
    assertThat(session.registry("run", "-q", "--", "true").err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | runs show 01a2 --json              | run_not_found",
        "1 | runs show 01920000-0000-7000-8000-000000000000 --json | run_not_found",
        "2 | runs --json --limit x              | usage_error",
        "2 | runs --format json --sort x        | usage_error",
        "2 | runs -o json --sort x              | usage_error",
        "2 | submit --json --prioritiy 3 -- true | usage_error",
        "125 | run --json --timeuot 3 -- true   | usage_error",
        "125 | run --json --db jdbc:postgresql://127.0.0.1:1/x --parent @1 -- true"
            + " | database_unavailable"
      })
  void an_error_is_one_json_document_if_json_is_asked_for(int code, String line, String error)
      throws IOException {
    Result result = session.registry(line.split(" +"));

    assertThat(result.code()).isEqualTo(code);
    assertThat(result.err()).hasLineCount(1);
    assertThat(result.err())
        .matches(
            "\\{\"error\":\"%s\",\"message\":\"(?!registry: ).+\",\"details\":\\[.*]}\n"
                .formatted(error));
    try (JsonParser document = new JsonFactory().createParser(result.err())) {
      document.nextToken();
      document.skipChildren();
      assertThat(document.nextToken()).isNull(); // one whole document
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-s QUIT | no --signal \"QUIT\"; allowed are TERM, INT, HUP, USR1, USR2, KILL",
        "-s USR1 --executor slurm | --signal: Slurm terminates jobs by SIGTERM and SIGKILL",
      })
  void a_signal_that_cannot_stop_a_run_is_refused(String options, String message) {
    for (String command : List.of("run ", "submit ")) {
      Result result = session.registry((command + options + " -- true").split(" "));

      assertThat(result.code()).isNotZero();
      assertThat(result.err()).startsWith("registry: " + message);
    }
  }

  @Test
  void an_error_is_text_if_only_the_command_asks_for_json() {
    assertThat(session.registry("run", "--db", "x", "--", "show", "--json").err())
        .startsWith("registry: ");
    assertThat(session.registry("run", "--db", "x", "--note", "a --json b", "--", "true").err())
        .startsWith("registry: ");
  }

  @Test
  void the_help_of_a_run_has_examples_before_options_in_groups() {
    String help = session.registry("run", "--help").out();

    assertThat(help.lines().filter(line -> line.matches("[A-Z].*:")))
        .containsExactly(
            "Examples:",
            "What to run:",
            "Description:",
            "Limits:",
            "Output:",
            "Training (--local):",
            "Slurm (--executor slurm):",
            "Recording:",
            "General:",
            "Exit codes:");
    assertThat(session.registry("submit", "--help").out()).contains("\nQueue:\n      --priority");
    assertThat(help.lines().filter(line -> line.startsWith("  -") || line.startsWith("      --")))
        .hasSize(RunOption.all().size() + 2) // and --help, --version
        .doesNotHaveDuplicates();
  }

  @Test
  void each_command_has_one_line_in_the_help_in_a_group() {
    assertThat(session.registry("--help").out())
        .contains("\nRun:\n  run ", "\nHistory:\n  runs ", "\nRecord:\n", "\nSet-up:\n")
        .doesNotContain("Other:", "Commands:")
        .containsPattern("\n  backup +Copy the SQLite database into a file.*\n  restore ");
  }

  @Test
  void a_shell_learns_every_command_and_option() {
    for (String shell : List.of("bash", "zsh", "fish")) {
      Result result = session.registry("completion", shell);

      assertThat(result.code()).isZero();
      assertThat(result.out())
          .startsWith(
              shell.equals("zsh") ? "#compdef registry\n" : "# " + shell + " completion of ")
          .contains("migrate", "kill-after", "follow", "dry-run")
          .doesNotContain("'completion-values'", "-a completion-values");
    }
    assertThat(session.registry("completion", "fish").out().lines())
        .contains(
            "complete -c registry -n '__registry_at runs logs' -l stderr -d 'Show stderr only, on"
                + " stdout.'")
        .anyMatch(line -> line.contains("-l timeout -x -d "));
    assertThat(session.registry("--help").out()).doesNotContain("completion-values");
  }

  @Test
  void the_shell_that_is_completed_is_that_of_the_user() {
    assertThat(session.with("SHELL", "/usr/bin/fish").registry("completion").out())
        .isEqualTo(session.registry("completion", "fish").out());
    assertThat(session.with("SHELL", "/bin/tcsh").registry("completion"))
        .isEqualTo(new Result(2, "", "registry: name a shell: bash, zsh or fish\n"));
  }

  @Test
  void values_for_completion_make_no_database() throws IOException {
    session.with("REGISTRY_DATASETS", datasets().toString());

    assertThat(session.registry("completion-values", "run")).isEqualTo(new Result(0, "", ""));
    assertThat(folder.resolve("registry.db")).doesNotExist();
    assertThat(session.registry("completion-values", "dataset").out()).startsWith("arith\t");
    assertThat(session.registry("completion-values", "dataset", "--datasets", "/none").out())
        .isEmpty();

    session.registry("run", "-d", "arith");
    session.registry("run", "--", "sh", "-c", "exit 3");
    assertThat(session.registry("completion-values", "run").out().lines().map(l -> l.substring(36)))
        .containsExactly("\tfailed: sh -c 'exit 3'", "\tcompleted: dry run of arith");
  }

  /** A folder with one small dataset, {@code arith}. */
  private Path datasets() throws IOException {
    return SampleDatasets.in(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"h?x", "h?mode=ro", "h%41x", "h%", "h#x", "h x", "h;x", "häx"})
  void a_home_with_any_character_in_its_name_is_no_defect_of_the_registry(String name)
      throws IOException {
    Path home = folder.resolve(name);
    Session session = new Session(home);

    assertThat(session.registry("run", "--", "true")).isEqualTo(new Result(0, "", ""));
    assertThat(session.registry("runs", "list").out()).contains("completed");
    assertThat(session.registry("verify").code()).isZero();
    assertThat(home.resolve("registry.db")).isNotEmptyFile();
    try (Stream<Path> entries = Files.list(folder)) {
      assertThat(entries).containsExactly(home);
    }
  }
}
