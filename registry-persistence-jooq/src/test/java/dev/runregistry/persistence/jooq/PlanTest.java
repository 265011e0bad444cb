package dev.runregistry.persistence.jooq;

import static dev.runregistry.testkit.Runs.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.RunQueries;
import dev.runregistry.persistence.jooq.internal.sql.RunMapper;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunOrder;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSample;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How the databases answer: from an index, whatever the filter, and without the output. */
class PlanTest {
  private static final RunCursor PLACE = new RunCursor(NOON, Runs.id());

  /** Many times a window, as else the whole table is read as fast. */
  private static final int MANY = 10 * RunQuery.WINDOW;

  @TempDir private static Path folder;

  /** No test changes what is in them. */
  private static final Map<Engine, Map<Integer, DatabaseConfig>> FILLED =
      new EnumMap<>(Engine.class);

  @ParameterizedTest
  @EnumSource
  void every_list_is_read_from_an_index_in_its_order(Engine engine) throws SQLException {
    try (Connection connection = Engine.plain(filled(engine))) {
      DSLContext sql = dsl(engine, connection);
      RunQuery all = RunQuery.all();
      RunQuery hot = all.withDatasetKey("hot");
      RunQuery rare = all.withStatus(RunStatus.TIMEOUT);

      for (long offset : new long[] {0, 5_000}) {
        reads(sql, all.withOffset(offset), "tunix_runs_created_at");
        reads(sql, all.withAfter(PLACE).withOffset(offset), "tunix_runs_created_at");
        // each run has this mode, so both ways are good
        reads(sql, all.withMode(RunMode.LOCAL).withOffset(offset), "tunix_runs_(mode|created_at)");
        reads(sql, all.withMode(RunMode.DRY_RUN).withOffset(offset), "tunix_runs_mode"); // none has
        // most runs are of this data set, so both ways are good
        reads(sql, hot.withAfter(PLACE), "tunix_runs_(dataset_key|created_at)");
        reads(sql, rare.withAfter(PLACE), "tunix_runs_status");
      }
      reads(sql, all.withDatasetKey("key 7"), "tunix_runs_dataset_key");
      reads(sql, all.withDatasetKey("no such key"), "tunix_runs_dataset_key");
      reads(sql, all.withHost("node7"), "tunix_runs_host");
      reads(sql, all.withHost("node7").withAfter(PLACE), "tunix_runs_host");
      reads(sql, rare, "tunix_runs_status");
      reads(sql, rare.withOffset(50), "tunix_runs_status");
      reads(sql, all.withStatus(RunStatus.PENDING), "tunix_runs_status");
      reads(sql, rare.withDatasetKey("key 7"), "tunix_runs_(status|dataset_key)");

      assertThat(plan(sql, RunQueries.ids(sql, new RunIdPrefix("0a1"), 2)))
          .containsPattern("tunix_runs_pkey|sqlite_autoindex_tunix_runs_1");
    }
  }

  @ParameterizedTest
  @EnumSource
  void several_values_are_read_from_an_index_for_each(Engine engine) throws SQLException {
    try (Connection connection = Engine.plain(filled(engine))) {
      DSLContext sql = dsl(engine, connection);
      RunFilter none = RunFilter.NONE;
      for (RunOrder order : List.of(RunOrder.NEWEST_FIRST, RunOrder.OLDEST_FIRST)) {
        RunQuery all = RunQuery.all().withOrder(order);
        RunQuery statuses =
            all.withFilter(
                none.withStatuses(
                    List.of(RunStatus.PENDING, RunStatus.TIMEOUT, RunStatus.COMPLETED)));
        RunQuery datasets =
            all.withFilter(none.withDatasetKeys(List.of("hot", "key 7", "no such key")));

        readsInOrder(sql, statuses, "tunix_runs_status");
        reads(sql, statuses.withAfter(PLACE).withOffset(50), "tunix_runs_(status|created_at)");
        readsInOrder(sql, datasets, "tunix_runs_dataset_key");
        reads(sql, datasets.withAfter(PLACE), "tunix_runs_(dataset_key|created_at)");
        readsInOrder(
            sql,
            all.withFilter(none.withModes(List.of(RunMode.values()))),
            "tunix_runs_created_at");
      }
    }
  }

  /** Each run has the tag all=yes, each thousandth the tag rare=1, none another one. */
  @ParameterizedTest
  @EnumSource
  void names_and_tags_are_read_from_an_index_in_its_order(Engine engine) throws SQLException {
    try (Connection connection = Engine.plain(filled(engine))) {
      DSLContext sql = dsl(engine, connection);
      for (RunOrder order : List.of(RunOrder.NEWEST_FIRST, RunOrder.OLDEST_FIRST)) {
        RunQuery all = RunQuery.all().withOrder(order);
        for (String name : List.of("each", "of 1000", "no such name")) {
          RunQuery named = all.withFilter(RunFilter.NONE.withNames(List.of(name)));
          // most runs have the first of them, so both ways are good
          reads(
              sql, named, name.equals("each") ? "tunix_runs_(name|created_at)" : "tunix_runs_name");
          reads(sql, named.withAfter(PLACE).withOffset(50), "tunix_runs_(name|created_at)");
        }
        readsTags(sql, all, tags("all", "no such value"), "run_tags_value");
        // all runs with the key have this value, so both ways are good
        readsTags(sql, all, tags("all", "yes"), "run_tags_(value|key)");
        readsTags(sql, all, tags("rare", "1"), "run_tags_(value|key)");
        readsTags(sql, all, tags("rare", "1", "2"), "run_tags_(value|key)");
        for (String key : List.of("all", "rare", "no-such-key")) {
          readsTags(sql, all, tags(key), "run_tags_key");
        }
      }
    }
  }

  private static RunFilter tags(String key, String... values) {
    return RunFilter.NONE.withTags(Map.of(key, Set.of(values)));
  }

  private static void readsTags(DSLContext sql, RunQuery all, RunFilter tags, String index) {
    RunQuery tagged = all.withFilter(tags);
    Instant day = Instant.parse("2026-11-03T00:00:00Z");
    reads(sql, tagged, index);
    reads(sql, tagged.withOffset(5_000), index);
    reads(sql, tagged.withAfter(PLACE), index);
    reads(sql, all.withFilter(tags.withCreated(day, day.plusSeconds(86_400))), index);
  }

  @ParameterizedTest
  @EnumSource
  void a_tag_beside_other_conditions_is_read_from_a_window_of_its_index(Engine engine)
      throws SQLException {
    DatabaseConfig config = filled(engine, MANY);
    try (Connection connection = Engine.plain(config);
        RunDatabase database = RunDatabase.at(config)) {
      DSLContext sql = dsl(engine, connection);
      RunFilter tagged = tags("all", "yes");
      for (RunFilter filter :
          List.of(
              tagged.withStatuses(List.of(RunStatus.PENDING)),
              tagged.withStatuses(List.of(RunStatus.COMPLETED)),
              tagged.withDatasetKeys(List.of("no such key")),
              tagged.withDatasetKeys(List.of("hot")),
              tagged.withText("no such text"),
              tagged.withTags(Map.of("all", Set.of("yes"), "rare", Set.of("no such value"))),
              tagged.withTags(Map.of("all", Set.of("yes"), "rare", Set.of("1"))))) {
        RunQuery query = RunQuery.all().withFilter(filter);
        assertThat(plan(sql, RunQueries.selectWindowEnd(sql, query, RunQuery.WINDOW)))
            .contains("run_tags_value")
            .doesNotContain("Seq Scan", "Sort", "TEMP B-TREE", "tunix_runs");

        RunPage page = database.runs().list(query);

        if (page.hasNext()) { // a common one fills the page before the window ends
          assertThat(page.searchedTo()).isNull();
        } else {
          assertThat(numberOf(page.searchedTo())).isEqualTo(MANY - RunQuery.WINDOW + 1);
          // PostgreSQL knows which of two indexes has fewer runs
          reads(sql, query, page.searchedTo(), "run_tags_(value|pkey)");
        }
      }
      RunQuery named =
          RunQuery.all().withFilter(tags("all", "yes").withNames(List.of("no such name")));
      assertThat(plan(sql, RunQueries.selectWindowEnd(sql, named, RunQuery.WINDOW)))
          .contains("tunix_runs_name");
      reads(sql, named, "tunix_runs_name");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_list_of_a_time_is_read_from_an_index_in_its_order(Engine engine) throws SQLException {
    try (Connection connection = Engine.plain(filled(engine))) {
      DSLContext sql = dsl(engine, connection);
      Instant start = Instant.parse("2026-11-03T00:00:00Z"); // runs are of 14 days
      RunFilter day = RunFilter.NONE.withCreated(start, start.plusSeconds(86_400));
      RunFilter never =
          RunFilter.NONE.withCreated(start.minusSeconds(864_000), start.minusSeconds(432_000));
      for (RunFilter time : List.of(day, never)) {
        for (RunOrder order : List.of(RunOrder.NEWEST_FIRST, RunOrder.OLDEST_FIRST)) {
          RunQuery all = RunQuery.all().withFilter(time).withOrder(order);
          readsInOrder(sql, all, "tunix_runs_created_at");
          reads(sql, all.withStatus(RunStatus.TIMEOUT), "tunix_runs_(status|created_at)");
          reads(sql, all.withDatasetKey("no such key"), "tunix_runs_(dataset_key|created_at)");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void each_filter_is_read_from_its_index_if_each_run_meets_it_and_if_none_does(Engine engine)
      throws SQLException {
    RunFilter none = RunFilter.NONE;
    try (Connection connection = Engine.plain(filled(engine))) {
      DSLContext sql = dsl(engine, connection);
      for (RunOrder order : List.of(RunOrder.NEWEST_FIRST, RunOrder.OLDEST_FIRST)) {
        RunQuery all = RunQuery.all().withOrder(order);
        // all runs have these, so both ways are good
        reads(sql, all.withFilter(none.withModelIds(List.of("m"))), "tunix_runs_(model|created)");
        reads(sql, all.withFilter(none.withExitCodes(List.of(0))), "tunix_runs_(exit|created)");
        reads(
            sql,
            all.withFilter(none.withExecutors(List.of("process"))),
            "tunix_runs_(executor|created)");

        reads(sql, all.withFilter(none.withModelIds(List.of("x"))), "tunix_runs_model_id");
        reads(sql, all.withFilter(none.withExitCodes(List.of(7))), "tunix_runs_exit_code");
        reads(sql, all.withFilter(none.withExecutors(List.of("x"))), "tunix_runs_executor");
        reads(sql, all.withFilter(none.withReasons(List.of(RunReason.LOST))), "tunix_runs_reason");
        readsInOrder(
            sql,
            all.withFilter(none.withReasons(List.of(RunReason.LOST, RunReason.REJECTED))),
            "tunix_runs_reason");
        readsInOrder(
            sql, all.withFilter(none.withExitCodes(List.of(0, 7))), "tunix_runs_exit_code");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_list_of_all_runs_in_another_order_is_read_from_its_index(Engine engine)
      throws SQLException {
    DatabaseConfig config = filled(engine);
    try (Connection connection = Engine.plain(config);
        RunDatabase database = RunDatabase.at(config)) {
      DSLContext sql = dsl(engine, connection);
      for (RunOrder order : RunOrder.values()) {
        if (!order.isByCreation()) {
          RunQuery all = RunQuery.all().withOrder(order);
          String index =
              order.text().endsWith("started_at") ? "tunix_runs_started_at" : "tunix_runs_duration";
          for (RunQuery query : List.of(all, all.withOffset(5_000))) {
            String plan = plan(sql, RunQueries.select(sql, query, null));

            assertThat(plan.split("(Scan (Backward )?using|USING (COVERING )?INDEX) " + index, -1))
                .as("the scans of the index, of runs with a value and of those without: %s", plan)
                .hasSize(3);
            assertThat(plan).doesNotContain("Seq Scan");
          }
          RunPage page = database.runs().list(all);
          assertThat(page.runs()).hasSize(20);
          assertThat(page.searchedTo()).isNull();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_text_and_two_conditions_are_searched_for_in_a_window(Engine engine) throws SQLException {
    DatabaseConfig config = filled(engine, MANY);
    RunFilter none = RunFilter.NONE;
    RunFilter completed = none.withStatuses(List.of(RunStatus.COMPLETED));
    try (Connection connection = Engine.plain(config);
        RunDatabase database = RunDatabase.at(config)) {
      DSLContext sql = dsl(engine, connection);
      for (RunFilter filter :
          List.of(
              none.withText("no such text"),
              none.withModelIds(List.of("m")).withHosts(List.of("no such host")),
              completed.withModes(List.of(RunMode.DRY_RUN)),
              completed.withExecutors(List.of("none")),
              none.withModelIds(List.of("m")).withExitCodes(List.of(7)))) {
        RunQuery all = RunQuery.all().withFilter(filter);
        assertThat(plan(sql, RunQueries.selectWindowEnd(sql, all, RunQuery.WINDOW)))
            .containsPattern("tunix_runs_(created_at|model_id|host|status)")
            .doesNotContain("Seq Scan", "Sort", "TEMP B-TREE");

        RunPage page = database.runs().list(all);
        int pages = 1;
        while (page.next().isPresent()) {
          assertThat(page.runs()).isEmpty();
          page = database.runs().list(all.withAfter(page.next().orElseThrow()));
          pages++;
        }

        assertThat(page.runs()).isEmpty();
        assertThat(pages)
            .as("%s", filter)
            .isLessThanOrEqualTo(MANY / RunQuery.WINDOW)
            .isGreaterThanOrEqualTo(filter.hosts().isEmpty() ? 9 : 1);
      }
    }
  }

  /** The number by which {@link #filled} has made a run. */
  private static long numberOf(RunCursor place) {
    return place.id().value().getMostSignificantBits() >>> 32;
  }

  @ParameterizedTest
  @EnumSource
  void a_list_by_duration_with_a_filter_is_that_of_its_window(Engine engine) throws SQLException {
    DatabaseConfig config = filled(engine);
    try (RunDatabase database = RunDatabase.at(config)) {
      RunQuery longest = RunQuery.all().withOrder(RunOrder.LONGEST_FIRST);

      RunPage page = database.runs().list(longest.withMode(RunMode.LOCAL));
      RunPage rare = database.runs().list(longest.withStatus(RunStatus.TIMEOUT));

      assertThat(page.runs()).hasSize(20);
      assertThat(numberOf(page.searchedTo())).isEqualTo(20_000 - RunQuery.WINDOW + 1);
      assertThat(rare.searchedTo()).isNull(); // 200 are fewer than the window has
      assertThat(rare.hasNext()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_sample_is_read_from_an_index_and_ends_after_its_window(Engine engine) throws SQLException {
    DatabaseConfig config = filled(engine);
    RunFilter none = RunFilter.NONE;
    RunFilter all = none.withStatuses(List.of(RunStatus.COMPLETED));
    RunFilter rare = none.withStatuses(List.of(RunStatus.TIMEOUT));
    RunFilter never = none.withHosts(List.of("no such host", "node7"));
    try (Connection connection = Engine.plain(config);
        RunDatabase database = RunDatabase.at(config)) {
      DSLContext sql = dsl(engine, connection);
      samples(sql, none, "tunix_runs_created_at");
      samples(sql, all, "tunix_runs_(status|created_at)");
      samples(sql, rare, "tunix_runs_status");
      samples(sql, none.withStatuses(List.of(RunStatus.values())), "tunix_runs_status");
      samples(sql, none.withDatasetKeys(List.of("key 7", "hot")), "tunix_runs_dataset_key");
      samples(sql, never, "tunix_runs_host");
      samples(sql, none.withCreated(null, Instant.EPOCH), "tunix_runs_created_at");

      for (RunFilter filter : List.of(none, all)) {
        RunSample sample = database.runs().sample(filter);
        assertThat(sample.runs()).hasSize(RunQuery.WINDOW);
        assertThat(sample.isComplete()).isFalse();
      }
      assertThat(database.runs().sample(rare).runs()).hasSize(200);
      assertThat(database.runs().sample(rare).isComplete()).isTrue();
      assertThat(database.runs().sample(never)).isEqualTo(new RunSample(List.of(), true));
      assertThat(database.runs().sample(none.withText("no such text")))
          .isEqualTo(new RunSample(List.of(), false));
    }
  }

  private static void samples(DSLContext sql, RunFilter filter, String index) {
    assertThat(plan(sql, RunQueries.selectSample(sql, filter, null)))
        .describedAs(filter.toString())
        .containsPattern(index)
        .doesNotContain("Seq Scan")
        .doesNotContainPattern("SCAN tunix_runs(?! USING INDEX)");
  }

  private static void readsInOrder(DSLContext sql, RunQuery query, String index) {
    reads(sql, query, null, index);
    if (query.offset() == 0 && sql.dialect() != SQLDialect.SQLITE) {
      assertThat(plan(sql, RunQueries.select(sql, query, null)))
          .describedAs(query.toString())
          .containsPattern("Index (Only )?Scan (Backward )?using " + index);
    }
  }

  private static void reads(DSLContext sql, RunQuery query, String index) {
    reads(sql, query, null, index);
  }

  private static void reads(DSLContext sql, RunQuery query, RunCursor windowEnd, String index) {
    String plan = plan(sql, RunQueries.select(sql, query, windowEnd));

    assertThat(plan).describedAs(query.toString()).containsPattern(index);
    assertThat(plan).describedAs(query.toString()).doesNotContain("Seq Scan");
    boolean merges = plan.contains("UNION ALL");
    if (query.offset() == 0 && !merges && sql.dialect() == SQLDialect.SQLITE) {
      // PostgreSQL rather sorts where it expects no more than a page; so it is with an offset
      assertThat(plan).describedAs(query.toString()).doesNotContain("TEMP B-TREE");
    }
  }

  private static String plan(DSLContext sql, Query query) {
    String explain = sql.dialect() == SQLDialect.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ";
    // with the values and not with parameters: as lists with a filter are seen, see PreparedTest
    return sql.fetch(explain + sql.renderInlined(query)).format(1_000);
  }

  @ParameterizedTest
  @EnumSource
  void no_list_reads_the_output(Engine engine) {
    DSLContext sql = DSL.using(engine == Engine.SQLITE ? SQLDialect.SQLITE : SQLDialect.POSTGRES);
    for (RunQuery query :
        new RunQuery[] {RunQuery.all(), RunQuery.all().withOffset(9).withAfter(PLACE)}) {
      assertThat(RunQueries.list(sql, query, null).text().get())
          .contains("dataset_key")
          .doesNotContain("stdout", "stderr", "*", "environment");
    }
  }

  @Test
  void runs_that_are_shown_at_once_are_found_without_a_new_plan() throws SQLException {
    DSLContext sql = DSL.using(SQLDialect.POSTGRES, Database.settings());
    try (Connections connections = Connections.to(filled(Engine.POSTGRES))) {
      PreparedStatements statements = new PreparedStatements(connections);
      for (int number : new int[] {2, 3, 5, 9, 17}) {
        for (int i = 0; i < 12; i++) { // the driver prepares after 5, PostgreSQL plans 5 times
          List<RunId> ids = Stream.generate(Runs::id).limit(number).toList();
          statements.read(RunQueries.findAll(sql, ids), RunMapper.RUN, RunMapper::toRun);
        }
      }

      Connection connection = connections.acquire();
      try (Statement statement = connection.createStatement();
          ResultSet plans =
              statement.executeQuery(
                  "SELECT count(*), max(custom_plans) FROM pg_prepared_statements")) {
        plans.next();
        assertThat(plans.getInt(2)).isEqualTo(5);
        assertThat(plans.getInt(1)).isEqualTo(5);
      } finally {
        connections.release(connection);
      }
    }
  }

  /** 20 000 runs of very different kinds. */
  private static DatabaseConfig filled(Engine engine) throws SQLException {
    return filled(engine, 20_000);
  }

  private static DatabaseConfig filled(Engine engine, int runs) throws SQLException {
    Map<Integer, DatabaseConfig> filled = FILLED.computeIfAbsent(engine, first -> new HashMap<>());
    DatabaseConfig known = filled.get(runs);
    if (known == null) {
      known = fill(engine, runs);
      filled.put(runs, known);
    }
    return known;
  }

  private static DatabaseConfig fill(Engine engine, int runs) throws SQLException {
    DatabaseConfig config = engine.migrated(folder);
    boolean sqlite = engine == Engine.SQLITE;
    String id =
        sqlite
            ? "printf('%08x-0000-7000-8000-%012x', i, i)"
            : "(lpad(to_hex(i), 8, '0') || '-0000-7000-8000-000000000000')::uuid";
    String at =
        sqlite
            ? "strftime('%Y-%m-%dT%H:%M:%S', '2026-11-01', i || ' minutes') || '.000000Z'"
            : "timestamptz '2026-11-01 00:00Z' + i * interval '1 minute'";
    String numbers =
        sqlite
            ? "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                + runs
                + ")"
            : "WITH n AS (SELECT generate_series(1, " + runs + ") AS i)";
    String rows =
        numbers
            + " INSERT INTO tunix_runs (run_id, dataset_key, model_id, mode, status, executor,"
            + " created_at, started_at, completed_at, duration_seconds, message, output_dir,"
            + " learning_rate, num_epochs, batch_size, max_seq_length, command, stdout, stderr,"
            + " exit_code, name, tags) SELECT "
            + id
            + ", CASE WHEN i % 3 = 0 THEN 'key ' || (i % 500) ELSE 'hot' END, 'm', 'local',"
            + " CASE WHEN i % 100 = 0 THEN 'timeout' ELSE 'completed' END, 'process', "
            + at
            + ", "
            + at
            + ", "
            + at
            + ", 0, 'm', 'o', 0.1, 1, 1, 128, '[\"x\"]', 'out', 'err',"
            + " CASE WHEN i % 100 = 0 THEN NULL ELSE 0 END,"
            + " CASE WHEN i % 1000 = 0 THEN 'of 1000' ELSE 'each' END,"
            + " CASE WHEN i % 1000 = 0 THEN '{\"all\":\"yes\",\"rare\":\"1\"}'"
            + " ELSE '{\"all\":\"yes\"}' END FROM n";
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      statement.execute( // how they are found does not depend on their links
          sqlite
              ? "DROP TRIGGER tunix_runs_require_link_of_insert"
              : "DROP TRIGGER require_link ON tunix_runs");
      statement.execute(rows);
      statement.execute("ANALYZE");
    }
    return config;
  }

  private static DSLContext dsl(Engine engine, Connection connection) {
    return DSL.using(connection, engine == Engine.SQLITE ? SQLDialect.SQLITE : SQLDialect.POSTGRES);
  }
}
