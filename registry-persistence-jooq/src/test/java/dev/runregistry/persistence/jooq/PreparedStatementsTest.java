package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.internal.database.PreparedStatements.Statement;
import dev.runregistry.persistence.jooq.internal.database.RunQueries;
import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.persistence.jooq.internal.sql.RunBinder;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunOrder;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.testkit.Runs;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is rendered once has to fit all that comes later. */
class PreparedStatementsTest {
  private static final RunCursor PLACE = new RunCursor(Runs.NOON, Runs.id());

  @ParameterizedTest
  @EnumSource(names = {"POSTGRES", "SQLITE"})
  void the_values_of_a_page_stand_in_the_order_of_its_parameters(SQLDialect dialect) {
    DSLContext sql = DSL.using(dialect);

    assertThat(everyKindOfPage())
        .allSatisfy(
            query -> {
              assertThat(RunQueries.select(sql, query, null).getBindValues())
                  .isEqualTo(RunQueries.list(sql, query, null).values());
              assertThat(RunQueries.select(sql, query, PLACE).getBindValues())
                  .isEqualTo(RunQueries.list(sql, query, PLACE).values());
              assertThat(RunQueries.selectWindowEnd(sql, query, RunQuery.WINDOW).getBindValues())
                  .isEqualTo(RunQueries.windowEnd(sql, query, RunQuery.WINDOW).values());
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRES", "SQLITE"})
  void a_run_is_found_by_the_only_parameter_of_its_statement(SQLDialect dialect) {
    Run run = Runs.completed();
    Statement find = RunQueries.find(DSL.using(dialect), run.id());

    assertThat(find.text().get()).containsOnlyOnce("?");
    assertThat(find.values()).isEqualTo(List.of(run.id().value()));
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "3, 4", "4, 4", "5, 8", "31, 32", "32, 32"})
  void several_runs_are_found_by_one_of_few_statements(int number, int parameters) {
    List<RunId> ids = Stream.generate(Runs::id).limit(number).toList();

    Statement find = RunQueries.findAll(DSL.using(SQLDialect.POSTGRES), ids);

    assertThat(find.text().get().chars().filter(c -> c == '?').count()).isEqualTo(parameters);
    assertThat(find.values()).hasSize(parameters);
    assertThat(Set.<Object>copyOf(find.values()))
        .isEqualTo(Set.copyOf(ids.stream().map(RunId::value).toList()));
    assertThat(find.cacheKey())
        .isEqualTo(
            RunQueries.findAll(
                    DSL.using(SQLDialect.POSTGRES),
                    Stream.generate(Runs::id).limit(parameters).toList())
                .cacheKey());
  }

  @Test
  void a_run_is_saved_with_all_columns_of_its_table() {
    assertThat(Runs.ofEveryKind())
        .allSatisfy(
            run ->
                assertThat(RunBinder.of(run).keySet())
                    .containsExactlyInAnyOrderElementsOf(
                        TUNIX_RUNS.fieldStream().map(Field::getName).toList()));
  }

  @Test
  void runs_are_saved_with_a_parameter_for_each_value() {
    List<Run> runs = Runs.ofEveryKind();

    assertThat(RunUpsert.text(runs).chars().filter(c -> c == '?').count())
        .isEqualTo(RunUpsert.values(runs).size());
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRES", "SQLITE"})
  void statements_of_one_shape_have_one_text(SQLDialect dialect) {
    DSLContext sql = DSL.using(dialect);
    List<Statement> statements =
        Stream.concat(
                everyKindOfPage().stream()
                    .flatMap(
                        query ->
                            Stream.of(
                                RunQueries.list(sql, query, null),
                                RunQueries.list(sql, query, PLACE),
                                RunQueries.windowEnd(sql, query, RunQuery.WINDOW))),
                Runs.ofEveryKind().stream().map(RunUpsert::save))
            .toList();

    for (Statement one : statements) {
      assertThat(statements)
          .filteredOn(other -> other.cacheKey().equals(one.cacheKey()))
          .extracting(other -> other.text().get())
          .containsOnly(one.text().get());
    }
  }

  private static List<RunQuery> everyKindOfPage() {
    RunQuery all = RunQuery.all().withLimit(3);
    RunFilter none = RunFilter.NONE;
    List<RunQuery> older =
        Stream.of(all, all.withStatus(RunStatus.FAILED), all.withStatus(RunStatus.RUNNING))
            .flatMap(query -> Stream.of(query, query.withMode(RunMode.LOCAL)))
            .flatMap(query -> Stream.of(query, query.withDatasetKey("some"), query.withLimit(4)))
            .toList();
    List<RunQuery> newer =
        Stream.of(
                none.withStatuses(List.of(RunStatus.FAILED, RunStatus.TIMEOUT)),
                none.withDatasetKeys(List.of("a", "b", "c")).withModes(List.of(RunMode.LOCAL)),
                none.withCreated(Runs.NOON, Runs.NOON.plusSeconds(1)),
                none.withModelIds(List.of("m", "n")).withExecutors(List.of("process")),
                none.withReasons(List.of(RunReason.LOST)).withExitCodes(List.of(1, 2)),
                none.withText("a \"word\"").withStatuses(List.of(RunStatus.FAILED)),
                none.withText("a").withStatuses(List.of(RunStatus.FAILED, RunStatus.RUNNING)))
            .flatMap(filter -> Stream.of(RunOrder.values()).map(all.withFilter(filter)::withOrder))
            .toList();
    return Stream.concat(older.stream(), newer.stream())
        .flatMap(
            query ->
                query.order().isByCreation()
                    ? Stream.of(query, query.withAfter(new RunCursor(Runs.NOON, Runs.id())))
                    : Stream.of(query))
        .flatMap(query -> Stream.of(query, query.withOffset(7)))
        .toList();
  }
}
