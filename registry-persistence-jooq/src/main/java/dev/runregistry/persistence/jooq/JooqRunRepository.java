package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;

import dev.runregistry.persistence.jooq.internal.chain.EndingWriter;
import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.RunQueries;
import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.persistence.jooq.internal.sql.Row;
import dev.runregistry.persistence.jooq.internal.sql.RunMapper;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.port.UnreadableRunException;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSample;
import dev.runregistry.run.query.RunSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores runs in PostgreSQL or SQLite: the database resolves races; the row count is the result.
 */
final class JooqRunRepository implements RunRepository {
  private static final Logger log = LoggerFactory.getLogger(JooqRunRepository.class);

  /** Many times the normal duration of a page query. */
  private static final Duration PATIENCE = Duration.ofMillis(50);

  /** The maximum number of ids that one statement compares; an index has them. */
  private static final int SEARCHED_AT_ONCE = 100_000;

  /** A window that is tried first: a tenth of a page in it is enough to fill the page. */
  private static final int SMALL_WINDOW = 10 * RunQuery.DEFAULT_LIMIT;

  private static final String READ_ONLY = "SELECT current_setting('transaction_read_only')";

  private final Database database;
  private final PreparedStatements statements;
  private final EndingWriter ended;
  private final GroupCommit starts;
  private final GroupCommit endings = new GroupCommit(1, this::saveEnded, Database::isDataError);
  private final RequestCoalescer<RunQuery, RunPage> pages =
      RequestCoalescer.singleFlight(this::readPage, PATIENCE);
  private final RequestCoalescer<RunFilter, RunSample> samples =
      RequestCoalescer.singleFlight(this::readSample, PATIENCE);
  private final RequestCoalescer<RunId, Optional<Run>> finds =
      RequestCoalescer.batching(this::findBatch, PATIENCE);

  JooqRunRepository(Database database, PreparedStatements statements, EndingWriter ended) {
    this.database = database;
    this.statements = statements;
    this.ended = ended;
    // PostgreSQL executes one group while it writes another to the disk; SQLite has one writer
    starts =
        new GroupCommit(
            database.supportsBatching() ? 2 : 1, this::saveStarts, Database::isDataError);
  }

  @Override
  public void save(Run run) {
    Optional<Run> inTheWay = conflictingRun(run, () -> store(run));
    if (inTheWay.isPresent() && !inTheWay.get().equals(run)) {
      throw new StaleRunException(
          "run %s is %s on record and cannot become this one, which is %s"
              .formatted(run.id(), inTheWay.get().status().text(), run.status().text()));
    }
  }

  private boolean store(Run run) {
    return run.status().isFinal() ? endings.save(run) : starts.save(run);
  }

  /** Returns empty if the run was stored; else the run on record, equal to it after a replay. */
  private Optional<Run> conflictingRun(Run run, BooleanSupplier saving) {
    try {
      return saving.getAsBoolean() ? Optional.empty() : find(run.id());
    } catch (RepositoryException e) {
      if (!Database.isConstraintViolation(e)) { // of a trigger, or of a CHECK
        throw e;
      }
      return Optional.of(find(run.id()).orElseThrow(() -> e));
    }
  }

  private Set<RunId> saveStarts(List<Run> runs) {
    return database.write(
        purpose(runs),
        () ->
            runs.size() == 1
                ? saveStart(runs.get(0))
                : statements.readIds(RunUpsert.saveAll(runs)));
  }

  private Set<RunId> saveStart(Run run) {
    return statements.write(RunUpsert.save(run)) == 1 ? Set.of(run.id()) : Set.of();
  }

  private Set<RunId> saveEnded(List<Run> runs) {
    return database.write(purpose(runs), () -> ended.save(runs));
  }

  private static String purpose(List<Run> runs) {
    return runs.size() == 1
        ? "save run " + runs.get(0).id()
        : "save %d runs".formatted(runs.size());
  }

  @Override
  public void ping() {
    database.answer("reach the runs", this::pinged);
  }

  private boolean pinged(DSLContext sql) {
    sql.selectOne().from(TUNIX_RUNS).limit(1).fetch();
    if (database.supportsBatching() && sql.fetchValue(READ_ONLY).equals("on")) {
      throw new DataAccessException("it is read-only, such as a standby");
    }
    return true;
  }

  @Override
  public DatabaseIdentity identity() {
    return database.identity();
  }

  @Override
  public Optional<Run> find(RunId id) {
    if (!database.supportsBatching()) {
      return findOne(id);
    }
    try {
      return finds.get(id);
    } catch (RuntimeException e) {
      if (e instanceof RepositoryException failure && !Database.isDataError(failure)) {
        throw e;
      }
      return findOne(id); // the unreadable one may have been another
    }
  }

  private Optional<Run> findOne(RunId id) {
    return database.answer("find run " + id, sql -> find(sql, id));
  }

  private Map<RunId, Optional<Run>> findBatch(Set<RunId> ids) {
    if (ids.size() == 1) {
      return ids.stream().collect(Collectors.toMap(id -> id, this::findOne));
    }
    Map<RunId, Run> found =
        database
            .answer(
                "find %d runs".formatted(ids.size()),
                sql ->
                    statements.read(
                        RunQueries.findAll(sql, ids), RunMapper.RUN, JooqRunRepository::toRun))
            .stream()
            .collect(Collectors.toMap(Run::id, run -> run));
    return ids.stream()
        .collect(Collectors.toMap(id -> id, id -> Optional.ofNullable(found.get(id))));
  }

  private Optional<Run> find(DSLContext sql, RunId id) {
    return statements
        .read(RunQueries.find(sql, id), RunMapper.RUN, JooqRunRepository::toRun)
        .stream()
        .findFirst();
  }

  @Override
  public RunPage list(RunQuery query) {
    return pages.get(query);
  }

  @Override
  public RunSample sample(RunFilter filter) {
    return samples.get(filter);
  }

  private RunSample readSample(RunFilter filter) {
    RunQuery query = RunQuery.all().withFilter(filter);
    RunCursor windowEnd = query.isWindowed() ? windowEnd(query, RunQuery.WINDOW) : null;
    List<Optional<RunSample.Entry>> found =
        database.answer(
            "count runs",
            sql ->
                statements.read(
                    RunQueries.sample(sql, filter, windowEnd),
                    RunMapper.ENTRY,
                    row -> ifReadable(row, RunMapper::toEntry)));
    return new RunSample(
        found.stream().limit(RunQuery.WINDOW).flatMap(Optional::stream).toList(),
        windowEnd == null && found.size() <= RunQuery.WINDOW);
  }

  private RunPage readPage(RunQuery query) {
    if (!query.isWindowed()) {
      return readPage(query, null);
    }
    long last = query.offset() + query.limit();
    if (query.order().isByCreation() && last < SMALL_WINDOW) {
      RunCursor windowEnd = windowEnd(query, SMALL_WINDOW);
      RunPage page = readPage(query, windowEnd);
      if (windowEnd == null || page.hasNext()) {
        return page;
      }
    }
    return readPage(query, windowEnd(query, RunQuery.WINDOW));
  }

  private RunPage readPage(RunQuery query, @Nullable RunCursor windowEnd) {
    RunQuery place = query;
    while (true) {
      RunQuery wanted = place;
      List<Optional<RunSummary>> found =
          database.answer(
              "list runs",
              sql ->
                  statements.read(
                      RunQueries.list(sql, wanted, windowEnd),
                      RunMapper.SUMMARY,
                      row -> ifReadable(row, RunMapper::toSummary)));
      boolean hasNext = found.size() > query.limit();
      List<RunSummary> runs =
          found.stream().limit(query.limit()).flatMap(Optional::stream).toList();
      if (!hasNext || !runs.isEmpty()) {
        boolean isComplete = hasNext && query.order().isByCreation();
        return new RunPage(runs, hasNext, isComplete ? null : windowEnd);
      }
      place = place.withOffset(place.offset() + query.limit()); // none of them can be read
    }
  }

  /** Returns the last run of the window of a page; null if the window has all runs. */
  private @Nullable RunCursor windowEnd(RunQuery query, int size) {
    List<RunCursor> lastAndNext =
        database.answer(
            "list runs",
            sql ->
                statements.read(
                    RunQueries.windowEnd(sql, query, size),
                    RunMapper.POSITION,
                    row -> RunMapper.readable(row, RunMapper::toPosition)));
    return lastAndNext.size() < 2 ? null : lastAndNext.get(0);
  }

  private static Run toRun(Row row) {
    return RunMapper.readable(row, RunMapper::toRun);
  }

  /** Returns empty for an unreadable row, which must not hide all the others. */
  private static <T> Optional<T> ifReadable(Row row, Function<Row, T> mapper) {
    try {
      return Optional.of(RunMapper.readable(row, mapper));
    } catch (UnreadableRunException e) {
      log.warn("left out of a list: {}; see `registry verify`", e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    return database.answer(
        "find run " + prefix.text(),
        sql -> RunQueries.ids(sql, prefix, limit).fetch(row -> new RunId(row.value1())));
  }

  @Override
  public List<RunId> findIds(RunIdSuffix suffix, int limit) {
    String purpose = "find run " + suffix.text();
    List<RunId> found = new ArrayList<>();
    RunCursor after = null;
    do {
      RunCursor start = after;
      RunCursor end = database.answer(purpose, sql -> endOfSearch(sql, start));
      int more = limit - found.size();
      found.addAll(
          database.answer(
              purpose,
              sql ->
                  RunQueries.ids(sql, suffix, start, end, more)
                      .fetch(row -> new RunId(row.value1()))));
      after = end;
    } while (after != null && found.size() < limit);
    return found;
  }

  /**
   * Returns the last run that one statement of a search reads; null if it reads all that follow.
   */
  private static @Nullable RunCursor endOfSearch(DSLContext sql, @Nullable RunCursor after) {
    List<RunCursor> lastAndNext =
        RunQueries.positions(sql, after, SEARCHED_AT_ONCE)
            .fetch(row -> new RunCursor(row.value1(), new RunId(row.value2())));
    return lastAndNext.size() < 2 ? null : lastAndNext.get(0);
  }

  @Override
  public Set<RunId> neighbours(Collection<RunId> ids) {
    return ids.isEmpty()
        ? Set.of()
        : database
            .answer(
                "find the neighbours of %d runs".formatted(ids.size()),
                sql -> RunQueries.neighbours(sql, ids).fetch())
            .stream()
            .flatMap(row -> Stream.of(row.value1(), row.value2()))
            .filter(Objects::nonNull)
            .map(RunId::new)
            .collect(Collectors.toUnmodifiableSet());
  }
}
