package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.testkit.Runs;
import java.io.File;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL database that version 5 filled, dumped and restored with PostgreSQL's own tools. */
@Timeout(300)
class RestoreTest {
  private static final String HOW_TO_GET_THEM =
      "no pg_dump, pg_restore or psql; to get them on Debian or Ubuntu: apt-get install postgresql-client";

  private static final Path MANUAL = Path.of("../docs/M14_RUN_REGISTRY.md");

  @TempDir private Path folder;
  private DatabaseConfig original;
  private ChainHead head;

  private void given() throws SQLException {
    original = Engine.POSTGRES.empty(folder);
    OlderVersion.migrate(Engine.POSTGRES, original, 5);
    OlderVersion.fill(original, 5, OlderVersion.runs(5));
    try (RunDatabase database = RunDatabase.at(original)) {
      database.migrate();
      database.runs().save(Runs.completed());
      database.runs().save(Runs.ended(Runs.running(Runs.described(), Runs.NOON), Runs.exited(0)));
    }
    head = Verified.of(original).head();
    assertThat(head.count()).isGreaterThan(10);
  }

  /** Skips the test if they are not there; fails where the tools are required, as in the CI. */
  private static void requireTools() {
    boolean there =
        Stream.of("pg_dump", "pg_restore", "psql")
            .allMatch(
                tool ->
                    Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, tool))));
    if (!there && "required".equals(System.getenv("RUN_REGISTRY_TOOLS"))) {
      throw new AssertionError(HOW_TO_GET_THEM);
    }
    Assumptions.assumeTrue(there, HOW_TO_GET_THEM);
  }

  @Test
  void a_dump_of_everything_is_restored_with_the_same_chain() throws Exception {
    requireTools();
    given();
    DatabaseConfig restored = Engine.POSTGRES.empty(folder);
    restore(dump(List.of()), restored);
    hasTheSameChain(restored);
  }

  @Test
  void a_dump_in_the_custom_format_is_restored_as_the_manual_says() throws Exception {
    requireTools();
    given();
    DatabaseConfig restored = Engine.POSTGRES.empty(folder);
    List<String> restore = documented("pg_restore ([^`]*) --dbname=NEW F");
    List<String> command = new ArrayList<>(List.of("pg_restore"));
    command.addAll(restore);
    command.addAll(
        List.of(
            "--dbname=" + address(restored),
            dump(documented("pg_dump (--format[^`]*) --file=F DB")).toString()));
    run(command);
    hasTheSameChain(restored);
  }

  /** Returns the options of the only command of the manual that matches. */
  private static List<String> documented(String command) throws IOException {
    Matcher found = Pattern.compile('`' + command + '`').matcher(Files.readString(MANUAL));
    assertThat(found.find()).as(command).isTrue();
    return List.of(found.group(1).split("\\s+"));
  }

  @Test
  void the_data_is_restored_into_a_migrated_database_as_the_manual_says() throws Exception {
    requireTools();
    given();
    Matcher documented =
        Pattern.compile("`pg_dump (--data-only [^`]*) DB`").matcher(Files.readString(MANUAL));
    List<List<String>> commands = new ArrayList<>();
    while (documented.find()) {
      commands.add(List.of(documented.group(1).split("\\s+")));
    }
    assertThat(commands).hasSize(2);
    for (List<String> options : commands) {
      DatabaseConfig restored = Engine.POSTGRES.migrated(folder);
      restore(dump(options), restored);
      hasTheSameChain(restored);
    }
  }

  @Test
  void the_data_is_restored_by_a_role_that_is_no_superuser() throws Exception {
    requireTools();
    given();
    DatabaseConfig restored = Engine.POSTGRES.migrated(folder);
    String role = "restorer_" + Runs.id().toString().replace('-', '_');
    Engine.execute(restored, "CREATE ROLE " + role);
    Engine.execute(
        restored,
        "GRANT SELECT, INSERT, UPDATE"
            + " ON tunix_runs, run_chain, idempotency_keys, run_cancel_requests, hosts,"
            + " host_retirements, run_homes, run_tags TO "
            + role);
    Path dump =
        dump(
            List.of(
                "--data-only",
                "--exclude-table=run_registry_schema_history",
                "--exclude-table=database_identity"));
    Files.writeString(dump, "SET SESSION AUTHORIZATION " + role + ";\n" + Files.readString(dump));
    restore(dump, restored);
    hasTheSameChain(restored);
  }

  private Path dump(List<String> options) throws Exception {
    Path file = folder.resolve(Runs.id() + ".sql");
    List<String> command = new ArrayList<>(List.of("pg_dump"));
    command.addAll(options);
    command.addAll(List.of("--file=" + file, address(original)));
    run(command);
    return file;
  }

  private void restore(Path dump, DatabaseConfig into) throws Exception {
    run(
        List.of(
            "psql",
            "--no-psqlrc",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--file=" + dump,
            address(into)));
  }

  private static String address(DatabaseConfig config) {
    return config.url().replaceFirst("^jdbc:postgresql://", "postgresql://postgres:postgres@");
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    Path said = folder.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("PG"));
    assertThat(builder.start().waitFor()).describedAs(() -> command + ": " + text(said)).isZero();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void hasTheSameChain(DatabaseConfig restored) {
    Verified verified = Verified.of(restored);
    assertThat(verified.discrepancies()).isEmpty();
    assertThat(verified.head()).isEqualTo(head);

    Run added = Runs.completed();
    try (RunDatabase database = RunDatabase.at(restored)) {
      RunFilter seven = RunFilter.NONE.withTags(Map.of("seed", Set.of("7")));
      assertThat(database.runs().list(RunQuery.all().withFilter(seven)).runs()).hasSize(1);
      database.runs().save(added);
      assertThat(database.runs().find(added.id())).contains(added);
    }
    assertThat(Verified.of(restored, head).discrepancies()).isEmpty();
  }

  /** What pg_dump writes first; the rest of a dump names each table with its schema. */
  @Test
  void endings_are_recorded_with_an_empty_search_path_in_whatever_schema() throws Exception {
    for (String schema : List.of("public", "the \"other\"")) {
      DatabaseConfig config = inSchema(schema);
      Run running = Runs.running();
      Run completed = Runs.completed();
      try (RunDatabase database = RunDatabase.at(config)) {
        database.runs().save(running);
        database.runs().save(completed);
      }
      String place = quoted(schema);
      try (Connection connection = Engine.plain(config);
          Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_catalog.set_config('search_path', '', false)");
        assertThatThrownBy(
                () ->
                    statement.execute(
                        "UPDATE %s.tunix_runs SET message = 'x' WHERE run_id = '%s'"
                            .formatted(place, completed.id())))
            .hasMessageContaining("a finished run never changes");
        statement.execute(
            ("WITH ended AS (UPDATE %1$s.tunix_runs SET status = 'failed' WHERE run_id = '%2$s'"
                    + " RETURNING run_id)"
                    + " INSERT INTO %1$s.run_chain (run_id, form, run_digest, sealed)"
                    + " SELECT run_id, 2, pg_catalog.sha256('x'), false FROM ended")
                .formatted(place, running.id()));
      }
      assertThat(Verified.of(config).summary()).containsExactly("changed 2 " + running.id());
    }
  }

  private DatabaseConfig inSchema(String schema) throws SQLException {
    DatabaseConfig config = Engine.POSTGRES.empty(folder);
    Engine.execute(config, "CREATE SCHEMA IF NOT EXISTS " + quoted(schema));
    return new DatabaseConfig(
        config.url() + "?currentSchema=" + encoded(schema), config.user(), config.password());
  }

  private static String quoted(String schema) {
    return '"' + schema.replace("\"", "\"\"") + '"';
  }

  private static String encoded(String schema) {
    return URLEncoder.encode(quoted(schema), StandardCharsets.UTF_8);
  }
}
