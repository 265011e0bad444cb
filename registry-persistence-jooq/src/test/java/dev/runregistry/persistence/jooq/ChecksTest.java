package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No other program can store a run that this one could not build. */
class ChecksTest {
  /** What the first statement of a row is, and a change to it that no run can have. */
  private record Offence(String constraint, Run from, String change) {}

  private static final Run PENDING = Runs.pending();
  private static final Run RUNNING = Runs.running();
  private static final Run DRY = Runs.dryRunning();
  private static final Run COMPLETED = Runs.completed();
  private static final Run KNOWN = Runs.withProvenance();
  private static final Run FAILED = Runs.ended(Runs.running(), Runs.exited(3));
  private static final Run TIMEOUT = Runs.ended(Runs.running(), Runs.timedOut());
  private static final Run CANCELLED = Runs.ended(Runs.running(), Runs.cancelled());
  private static final Run NOT_STARTED = Runs.ended(Runs.running(), Runs.notStarted());
  private static final Run OWN_COMMAND = Runs.running(Runs.commandOf("x"), Runs.NOON);
  private static final Run LOST = Runs.ended(Runs.running(), Runs.lost());
  private static final Run DRY_FAILED =
      Runs.ended(Runs.dryRunning(), new RunOutcome.DryRunFailed("No manifest", "none\n"));
  private static final Run DRY_LOST = Runs.ended(Runs.dryRunning(), Runs.lost());

  @TempDir private Path folder;

  private static Stream<Offence> offences() {
    return Stream.of(
        new Offence("mode_is_known", RUNNING, "mode = 'remote'"),
        new Offence("status_is_known", RUNNING, "status = 'paused'"),
        new Offence(
            "dry_run_has_no_timeout", TIMEOUT, "mode = 'dry-run', executor = NULL, command = NULL"),
        new Offence("times_are_of_this_era", RUNNING, "created_at = '1969-12-31T23:59:59.999999Z'"),
        new Offence("starts_after_creation", RUNNING, "created_at = '2026-11-22T12:00:00.123457Z'"),
        new Offence(
            "completes_after_start",
            COMPLETED,
            "completed_at = '2026-11-22T12:00:00.123455Z', duration_seconds = -0.000001"),
        new Offence(
            "completed_at_fits_status",
            COMPLETED,
            "completed_at = NULL, duration_seconds = NULL, exit_code = NULL"),
        new Offence(
            "completed_at_fits_status", TIMEOUT, "completed_at = NULL, duration_seconds = NULL"),
        new Offence(
            "completed_at_fits_status", CANCELLED, "completed_at = NULL, duration_seconds = NULL"),
        new Offence(
            "completed_at_fits_status", RUNNING, "completed_at = started_at, duration_seconds = 0"),
        new Offence("duration_fits_times", COMPLETED, "duration_seconds = NULL"),
        new Offence("duration_fits_times", COMPLETED, "duration_seconds = 1.3"),
        new Offence("duration_fits_times", RUNNING, "duration_seconds = 1"),
        new Offence("exit_code_fits_ending", COMPLETED, "exit_code = NULL"),
        new Offence("exit_code_fits_ending", COMPLETED, "exit_code = 1"),
        new Offence("exit_code_fits_ending", FAILED, "exit_code = 0"),
        new Offence("exit_code_fits_ending", FAILED, "exit_code = 256"),
        new Offence("exit_code_fits_ending", FAILED, "exit_code = -1"),
        new Offence("exit_code_fits_ending", TIMEOUT, "exit_code = 124"),
        new Offence("exit_code_fits_ending", CANCELLED, "exit_code = 143"),
        new Offence("exit_code_fits_ending", LOST, "exit_code = 1"),
        new Offence("exit_code_fits_ending", DRY_LOST, "exit_code = 1"),
        new Offence("exit_code_fits_ending", RUNNING, "exit_code = 0"),
        new Offence("executor_fits_mode", RUNNING, "executor = NULL"),
        new Offence("executor_fits_mode", COMPLETED, "executor = NULL"),
        new Offence("executor_fits_mode", DRY, "executor = 'process'"),
        new Offence("executor_fits_mode", PENDING, "executor = 'process'"),
        new Offence("executor_is_named", RUNNING, "executor = ''"),
        new Offence("external_id_has_executor", DRY, "external_id = 'x'"),
        new Offence("external_id_has_executor", RUNNING, "external_id = ''"),
        new Offence("dataset_key_is_one_path_segment", RUNNING, "dataset_key = ''"),
        new Offence("dataset_key_is_one_path_segment", RUNNING, "dataset_key = '.'"),
        new Offence("dataset_key_is_one_path_segment", RUNNING, "dataset_key = '..'"),
        new Offence("dataset_key_is_one_path_segment", RUNNING, "dataset_key = 'a/b'"),
        new Offence("dataset_key_is_one_path_segment", RUNNING, "dataset_key = 'a\\b'"),
        new Offence("dataset_key_is_one_path_segment", RUNNING, "dataset_key = 'a\u0001'"),
        new Offence("dataset_key_is_one_path_segment", RUNNING, "dataset_key = '\u009fa'"),
        new Offence("dataset_key_is_one_path_segment", RUNNING, "dataset_key = 'a\u007f'"),
        new Offence(
            "dataset_key_is_one_path_segment", RUNNING, "dataset_key = '" + "é".repeat(128) + "'"),
        new Offence("model_id_is_named", RUNNING, "model_id = ''"),
        new Offence("output_dir_is_named", RUNNING, "output_dir = ''"),
        new Offence("learning_rate_in_range", RUNNING, "learning_rate = 0"),
        new Offence("learning_rate_in_range", RUNNING, "learning_rate = 1.000001"),
        new Offence("num_epochs_in_range", RUNNING, "num_epochs = 0"),
        new Offence("num_epochs_in_range", RUNNING, "num_epochs = 101"),
        new Offence("batch_size_in_range", RUNNING, "batch_size = 0"),
        new Offence("batch_size_in_range", RUNNING, "batch_size = 513"),
        new Offence("max_seq_length_in_range", RUNNING, "max_seq_length = 127"),
        new Offence("max_seq_length_in_range", RUNNING, "max_seq_length = 32769"),
        new Offence("training_is_whole", RUNNING, "output_dir = NULL"),
        new Offence("training_is_whole", RUNNING, "num_epochs = NULL"),
        new Offence("training_is_whole", RUNNING, "batch_size = NULL"),
        new Offence("training_is_whole", RUNNING, "max_seq_length = NULL"),
        new Offence("training_is_whole", OWN_COMMAND, "output_dir = 'out'"),
        new Offence("training_is_whole", OWN_COMMAND, "num_epochs = 3"),
        new Offence(
            "training_is_whole",
            DRY,
            "output_dir = NULL, learning_rate = NULL, weight_decay = NULL, num_epochs = NULL,"
                + " batch_size = NULL, max_seq_length = NULL, device = NULL"),
        new Offence("weight_decay_in_range", RUNNING, "weight_decay = -0.1"),
        new Offence("weight_decay_in_range", RUNNING, "weight_decay = 1.1"),
        new Offence("weight_decay_in_range", OWN_COMMAND, "weight_decay = 0.1, device = 'cpu'"),
        new Offence("device_is_known", RUNNING, "device = 'tpu'"),
        new Offence("device_is_known", RUNNING, "device = NULL"),
        new Offence("reason_fits_ending", RUNNING, "reason = 'exited'"),
        new Offence("reason_fits_ending", RUNNING, "reason = 'lost'"),
        new Offence("reason_fits_ending", COMPLETED, "reason = 'well'"),
        new Offence("reason_fits_ending", COMPLETED, "reason = 'cancelled'"),
        new Offence("reason_fits_ending", COMPLETED, "reason = 'rejected'"),
        new Offence("reason_fits_ending", COMPLETED, "reason = 'lost'"),
        new Offence("reason_fits_ending", FAILED, "reason = 'signaled'"),
        new Offence("reason_fits_ending", FAILED, "reason = 'not-started'"),
        new Offence("reason_fits_ending", FAILED, "reason = 'timed-out'"),
        new Offence("reason_fits_ending", TIMEOUT, "reason = 'exited'"),
        new Offence("reason_fits_ending", TIMEOUT, "reason = 'cancelled'"),
        new Offence("reason_fits_ending", CANCELLED, "reason = 'exited'"),
        new Offence("reason_fits_ending", CANCELLED, "reason = 'not-started'"),
        new Offence("reason_fits_ending", LOST, "reason = 'exited'"),
        new Offence("reason_fits_ending", NOT_STARTED, "reason = 'exited'"),
        new Offence("reason_fits_ending", NOT_STARTED, "reason = 'lost'"),
        new Offence("reason_fits_ending", DRY_LOST, "reason = 'not-started'"),
        new Offence("reason_fits_ending", RUNNING, "reason = 'node-failed'"),
        new Offence("reason_fits_ending", FAILED, "reason = 'node-failed'"),
        new Offence("reason_fits_ending", LOST, "reason = 'node-failed'"),
        new Offence("reason_fits_ending", FAILED, "reason = 'out-of-memory'"),
        new Offence("reason_fits_ending", TIMEOUT, "reason = 'out-of-memory'"),
        new Offence("reason_fits_ending", DRY_FAILED, "reason = 'out-of-memory'"),
        new Offence("reason_fits_ending", COMPLETED, "reason = 'ended-by-engine'"),
        new Offence("reason_fits_ending", CANCELLED, "reason = 'ended-by-engine'"),
        new Offence("reason_fits_ending", DRY_FAILED, "reason = 'ended-by-engine'"),
        new Offence("command_fits_mode", RUNNING, "command = NULL"),
        new Offence("command_fits_mode", DRY, "command = '[\"x\"]'"),
        new Offence("command_is_argument_vector", RUNNING, "command = '{}'"),
        new Offence("command_is_argument_vector", RUNNING, "command = '[]'"),
        new Offence("command_is_argument_vector", RUNNING, "command = '[1]'"),
        new Offence("command_is_argument_vector", RUNNING, "command = '[\"\"]'"),
        new Offence("time_limit_is_positive", RUNNING, "time_limit_ms = 0"),
        new Offence("name_is_named", RUNNING, "name = ''"),
        new Offence("name_is_named", RUNNING, "name = 'a\n'"),
        new Offence("name_is_named", RUNNING, "name = '\u009fa'"),
        new Offence("tags_are_an_object", RUNNING, "tags = '{}'"),
        new Offence("note_is_bounded", RUNNING, "note = ''"),
        new Offence("note_is_bounded", RUNNING, "note = 'a\r\n'"),
        new Offence("note_is_bounded", RUNNING, "note = 'a\u001b'"),
        new Offence("host_is_named", KNOWN, "host = ''"),
        new Offence("user_name_is_named", KNOWN, "user_name = ''"),
        new Offence("user_name_is_named", RUNNING, "user_name = 'ann'"),
        new Offence("working_dir_is_named", KNOWN, "working_dir = ''"),
        new Offence("working_dir_is_named", KNOWN, "working_dir = NULL"),
        new Offence("registry_version_is_named", KNOWN, "registry_version = ''"),
        new Offence("registry_version_is_named", KNOWN, "registry_version = NULL"),
        new Offence("git_commit_is_hash", KNOWN, "git_commit = 'HEAD'"),
        new Offence("git_commit_is_hash", KNOWN, "git_commit = upper(git_commit)"),
        new Offence("git_commit_is_hash", KNOWN, "git_commit = git_commit || '0'"),
        new Offence("git_dirty_has_commit", KNOWN, "git_commit = NULL"),
        new Offence("environment_is_object", KNOWN, "environment = '[]'"),
        new Offence("environment_is_object", KNOWN, "environment = NULL"),
        new Offence("environment_is_object", RUNNING, "environment = '{}'"),
        new Offence("message_is_short", RUNNING, "message = ''"),
        new Offence("message_is_short", RUNNING, "message = '" + "é".repeat(1001) + "'"),
        new Offence("output_comes_at_the_end", RUNNING, "stdout = 'x'"),
        new Offence("output_comes_at_the_end", DRY, "stderr = 'x'"),
        new Offence("output_is_bounded", COMPLETED, "stdout = '" + "é".repeat(5185) + "'"),
        new Offence("output_is_bounded", COMPLETED, "stderr = '" + "x".repeat(10_369) + "'"));
  }

  private static Stream<Offence> offencesInSqlite() {
    return Stream.of(
        new Offence("run_id_is_canonical", RUNNING, "run_id = upper(run_id)"),
        new Offence("run_id_is_canonical", RUNNING, "run_id = 'x'"),
        new Offence("run_id_is_canonical", RUNNING, "run_id = replace(run_id, '-', '')"),
        new Offence("run_id_is_canonical", RUNNING, "run_id = '-' || substr(run_id, 2)"),
        new Offence("parent_run_id_is_canonical", RUNNING, "parent_run_id = upper(run_id)"),
        new Offence("parent_run_id_is_canonical", RUNNING, "parent_run_id = 'x'"),
        new Offence("created_at_is_a_time", RUNNING, "created_at = '2026-11-22 12:00:00.123456Z'"),
        new Offence("created_at_is_a_time", RUNNING, "created_at = '2026-19-22T12:00:00.123456Z'"),
        new Offence("started_at_is_a_time", RUNNING, "started_at = '2026-11-22T12:00:00.123Z'"),
        new Offence("completed_at_is_a_time", COMPLETED, "completed_at = '2026-11-22T12:00:01Z'"),
        new Offence("executor_is_named", RUNNING, "executor = '" + "é".repeat(65) + "'"),
        new Offence("external_id_has_executor", RUNNING, "external_id = '" + "é".repeat(257) + "'"),
        new Offence("model_id_is_named", RUNNING, "model_id = '" + "é".repeat(257) + "'"),
        new Offence("output_dir_is_named", RUNNING, "output_dir = '" + "é".repeat(513) + "'"),
        new Offence("command_is_argument_vector", RUNNING, "command = 'tunix train'"),
        new Offence("name_is_named", RUNNING, "name = '" + "é".repeat(129) + "'"),
        new Offence("name_is_named", RUNNING, "name = 'a' || char(0)"),
        new Offence("tags_are_an_object", RUNNING, "tags = '[]'"),
        new Offence("tags_are_an_object", RUNNING, "tags = 'k=v'"),
        new Offence("note_is_bounded", RUNNING, "note = '" + "é".repeat(4_001) + "'"),
        new Offence("host_is_named", KNOWN, "host = '" + "é".repeat(256) + "'"),
        new Offence("git_dirty_has_commit", KNOWN, "git_dirty = 2"),
        new Offence("environment_is_object", KNOWN, "environment = 'TZ=UTC'"),
        new Offence("no_provenance_contains_nul", KNOWN, "host = 'a' || char(0)"),
        new Offence("no_text_contains_nul", RUNNING, "message = 'a' || char(0)"),
        new Offence("no_text_contains_nul", COMPLETED, "stdout = 'a' || char(0) || 'b'"));
  }

  /** The index of tags, which a trigger maintains, refuses them. */
  @ParameterizedTest
  @EnumSource
  void a_tag_that_no_registry_writes_is_refused(Engine engine) throws SQLException {
    DatabaseConfig config = engine.migrated(folder);
    insertTagged(config, "{\"k\":\"v\"}");
    boolean sqlite = engine == Engine.SQLITE;
    String key = "tag_key_is_a_key";
    String value = "tag_value_is_bounded";
    String many =
        IntStream.range(0, 33)
            .mapToObj(i -> "\"k" + i + "\":\"\"")
            .collect(Collectors.joining(",", "{", "}"));
    for (List<String> tags :
        List.of(
            List.of("{\"\":\"v\"}", key),
            List.of("{\"-k\":\"v\"}", key),
            List.of("{\"k v\":\"v\"}", key),
            List.of("{\"k\\n\":\"v\"}", key),
            List.of("{\"" + "k".repeat(65) + "\":\"v\"}", sqlite ? key : "varying(64)"),
            List.of("{\"k\":\"\u0085\"}", value),
            List.of("{\"k\":\"a\\n\"}", value),
            List.of("{\"k\":\"" + "é".repeat(257) + "\"}", sqlite ? value : "varying(256)"),
            List.of("{\"k\":\"v\",\"k\":\"v\"}", "different keys"),
            List.of("{\"k\":\"\\ud83d\"}", sqlite ? "are at most 32 texts" : "Unicode"),
            List.of(many, "are at most 32 texts"))) {
      assertThatThrownBy(() -> insertTagged(config, tags.get(0)))
          .describedAs(tags.toString())
          .isInstanceOf(SQLException.class)
          .hasMessageContaining(tags.get(1));
    }
  }

  private static void insertTagged(DatabaseConfig config, String tags) throws SQLException {
    String noon = "2026-11-22T12:00:00.123456Z";
    Engine.execute(
        config,
        "INSERT INTO tunix_runs (run_id, dataset_key, model_id, mode, status, executor, created_at,"
            + " started_at, message, command, stdout, stderr, tags) VALUES"
            + " ('%s', 'd', 'm', 'local', 'running', 'process', '%s', '%s', 'm', '[\"x\"]', '', '', '%s')"
                .formatted(Runs.id(), noon, noon, tags));
  }

  @ParameterizedTest
  @EnumSource
  void a_cancel_request_that_could_not_be_read_is_refused(Engine engine) throws SQLException {
    DatabaseConfig config = engine.migrated(folder);
    String id = Runs.id().toString();
    String noon = "2026-11-22T12:00:00.123456Z";
    insertRequest(config, id, "ann", noon);
    for (List<String> row :
        List.of(
            List.of(id, "bob", noon),
            List.of("x", "ann", noon),
            List.of(Runs.id().toString(), "", noon),
            List.of(Runs.id().toString(), "é".repeat(257), noon),
            List.of(Runs.id().toString(), "ann", "infinity"),
            List.of(Runs.id().toString(), "ann", "2026-02-30T12:00:00.123456Z"),
            List.of(Runs.id().toString(), "ann", "2026-02-20T25:00:00.123456Z"))) {
      assertThatThrownBy(() -> insertRequest(config, row.get(0), row.get(1), row.get(2)))
          .describedAs(row.toString())
          .isInstanceOf(SQLException.class);
    }
  }

  private static void insertRequest(DatabaseConfig config, String id, String user, String at)
      throws SQLException {
    Engine.execute(
        config,
        "INSERT INTO run_cancel_requests VALUES ('%s', '%s', '%s')".formatted(id, user, at));
  }

  @ParameterizedTest
  @EnumSource
  void a_host_or_a_retirement_that_could_not_be_read_is_refused(Engine engine) throws SQLException {
    DatabaseConfig config = engine.migrated(folder);
    String noon = "2026-11-22T12:00:00.123456Z";
    String id = Runs.id().toString();
    insert(config, "hosts", id, "node7", "1.2.3", noon);
    insert(config, "run_homes", id, id, "slurm");
    for (List<String> row :
        List.of(
            List.of("hosts", id, "node8", "1.2.3", noon),
            List.of("hosts", "x", "node7", "1.2.3", noon),
            List.of("hosts", Runs.id().toString(), "", "1.2.3", noon),
            List.of("hosts", Runs.id().toString(), "é".repeat(256), "1.2.3", noon),
            List.of("hosts", Runs.id().toString(), "node7", "", noon),
            List.of("hosts", Runs.id().toString(), "node7", "1".repeat(65), noon),
            List.of("hosts", Runs.id().toString(), "node7", "1.2.3", "infinity"),
            List.of("hosts", Runs.id().toString(), "node7", "1.2.3", "1969-12-31T23:59:59.999999Z"),
            List.of("run_homes", id, id, "slurm"),
            List.of("run_homes", "x", id, "slurm"),
            List.of("run_homes", Runs.id().toString(), "x", "slurm"),
            List.of("run_homes", Runs.id().toString(), id, ""),
            List.of("run_homes", Runs.id().toString(), id, "x".repeat(65)),
            List.of("host_retirements", "x", "node7", "ann", noon, "gone"),
            List.of("host_retirements", Runs.id().toString(), "", "ann", noon, "gone"),
            List.of("host_retirements", Runs.id().toString(), "node7", "", noon, "gone"),
            List.of("host_retirements", Runs.id().toString(), "node7", "ann", noon, ""),
            List.of("host_retirements", Runs.id().toString(), "node7", "ann", "infinity", "gone"),
            List.of(
                "host_retirements",
                Runs.id().toString(),
                "node7",
                "ann",
                "2026-02-30T12:00:00.123456Z",
                "gone"),
            List.of(
                "host_retirements", Runs.id().toString(), "node7", "ann", noon, "x".repeat(501)))) {
      assertThatThrownBy(() -> insert(config, row.toArray(String[]::new)))
          .describedAs(row.toString())
          .isInstanceOf(SQLException.class)
          .hasMessageNotContaining("without a link");
    }
  }

  private static void insert(DatabaseConfig config, String... row) throws SQLException {
    String values =
        Arrays.stream(row).skip(1).collect(Collectors.joining("', '", "VALUES ('", "')"));
    Engine.execute(config, "INSERT INTO " + row[0] + " " + values);
  }

  /** SQLite has triggers for these, see {@link UnreadableRunTest}. */
  private static Stream<Offence> offencesInPostgres() {
    return Stream.of(
        new Offence("command_words_are_texts", RUNNING, "command = '[\"a\", 1]'"),
        new Offence("command_words_are_texts", RUNNING, "command = '[\"a\", [\"b\"]]'"),
        new Offence("command_words_are_texts", RUNNING, "command = '[\"a\", null]'"),
        new Offence("tag_values_are_texts", RUNNING, "tags = '{\"k\": 1}'"),
        new Offence("tag_values_are_texts", RUNNING, "tags = '{\"k\": {\"l\": \"\"}}'"),
        new Offence("environment_values_are_texts", KNOWN, "environment = '{\"A\": 1}'"),
        new Offence(
            "environment_values_are_texts", KNOWN, "environment = '{\"A\": 1, \"A\": \"\"}'"),
        new Offence(
            "environment_values_are_texts", KNOWN, "environment = '{\"\\\"\": {\"\": \"\"}}'"));
  }

  @ParameterizedTest
  @EnumSource
  void each_constraint_refuses_what_it_says(Engine engine) throws SQLException {
    DatabaseConfig config = engine.migrated(folder);
    Set<String> seen = new TreeSet<>();
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      Stream<Offence> all = offences();
      all = Stream.concat(all, engine == Engine.SQLITE ? offencesInSqlite() : offencesInPostgres());
      // a table of the same constraints, without the triggers that would be first to refuse
      String copy = copyOfTheTable(engine, statement);
      for (Offence offence : all.toList()) {
        String refusal = refusal(statement, config, copy, offence);
        assertThat(refusal).describedAs(offence.toString()).contains(offence.constraint());
        seen.add(offence.constraint());
      }
      assertThat(seen).isEqualTo(constraints(engine, statement));
    }
  }

  private static String copyOfTheTable(Engine engine, Statement statement) throws SQLException {
    if (engine == Engine.POSTGRES) {
      statement.execute("CREATE TABLE copy (LIKE tunix_runs INCLUDING ALL)");
    } else {
      statement.execute(definition(statement).replaceFirst("tunix_runs", "copy"));
    }
    return "copy";
  }

  private static String refusal(
      Statement statement, DatabaseConfig config, String copy, Offence offence)
      throws SQLException {
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(offence.from());
    }
    String id = "run_id = '" + offence.from().id() + "'";
    statement.execute("DELETE FROM " + copy);
    statement.execute("INSERT INTO " + copy + " SELECT * FROM tunix_runs WHERE " + id);
    if (!offence.change().contains("reason")) { // else it does not fit many changes, either
      statement.execute("UPDATE " + copy + " SET reason = NULL");
    }
    try {
      statement.execute("UPDATE " + copy + " SET " + offence.change());
      return "nothing was refused";
    } catch (SQLException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static Set<String> constraints(Engine engine, Statement statement) throws SQLException {
    Set<String> names = new TreeSet<>();
    if (engine == Engine.SQLITE) {
      Matcher name = Pattern.compile("CONSTRAINT (\\w+) CHECK").matcher(definition(statement));
      while (name.find()) {
        names.add(name.group(1));
      }
      return names;
    }
    String sql =
        "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = 'tunix_runs'::regclass";
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  private static String definition(Statement statement) throws SQLException {
    String sql = "SELECT sql FROM sqlite_master WHERE name = 'tunix_runs'";
    try (ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }
}
