package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.HostRetirements.HOST_RETIREMENTS;
import static dev.runregistry.persistence.jooq.generated.tables.Hosts.HOSTS;
import static dev.runregistry.persistence.jooq.generated.tables.RunHomes.RUN_HOMES;
import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import dev.runregistry.persistence.jooq.internal.chain.EndingWriter;
import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements.Statement;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.SeenHome;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.host.Hosts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores hosts in PostgreSQL, by its clock, or in SQLite, whose processes are on one host. An
 * announcement is plain SQL, because a process that only runs a command loads no jOOQ for it.
 */
final class JooqHosts implements Hosts {
  private static final Logger log = LoggerFactory.getLogger(JooqHosts.class);

  /** Homes that were seen within this are not written again: many processes share one. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  private static final Duration KEPT = Duration.ofDays(30);
  private static final int PIECE = 500;
  private static final List<String> ACTIVE =
      List.of(RunStatus.PENDING.text(), RunStatus.RUNNING.text());

  // another process may announce it meanwhile, or the clock may have been set back
  private static final String ANNOUNCE =
      "insert into hosts (home_id, host, registry_version, last_seen) values (?, ?, ?, %1$s)"
          + " on conflict (home_id) do update set host = excluded.host,"
          + " registry_version = excluded.registry_version, last_seen = excluded.last_seen"
          + " where hosts.last_seen < %2$s or hosts.last_seen > excluded.last_seen"
          + " or hosts.host <> excluded.host"
          + " or hosts.registry_version <> excluded.registry_version";

  private static final String FORGET_HOMES =
      "delete from hosts where last_seen < %s"
          + " and host not in (select host from tunix_runs where status in ('pending', 'running')"
          + " and host is not null)"
          + " and home_id not in (select home_id from run_homes)";

  private static final String FORGET_RUNS =
      "delete from run_homes where run_id in (select run_id from tunix_runs"
          + " where run_id in (select run_id from run_homes)"
          + " and status not in ('pending', 'running'))";

  private final Database database;
  private final PreparedStatements statements;
  private final EndingWriter retirements;
  private final AtomicBoolean cleaned = new AtomicBoolean();

  JooqHosts(Database database, PreparedStatements statements, EndingWriter retirements) {
    this.database = database;
    this.statements = statements;
    this.retirements = retirements;
  }

  @Override
  public void announce(Home home) {
    database.write("announce the home " + home.id(), () -> statements.write(announcement(home)));
    if (!cleaned.getAndSet(true)) {
      forget();
    }
  }

  private Statement announcement(Home home) {
    List<Object> values = new ArrayList<>(List.of(home.id(), home.host(), home.registryVersion()));
    if (hasClock()) {
      return new Statement(
          "announce",
          () -> ANNOUNCE.formatted("clock_timestamp()", before("excluded.last_seen", FRESH)),
          values);
    }
    Instant now = hostClock();
    values.addAll(List.of(now, now.minus(FRESH)));
    return new Statement("announce", () -> ANNOUNCE.formatted("?", "?"), values);
  }

  /** Housekeeping, once for a process: a failure is no reason to reject an announcement. */
  private void forget() {
    try {
      database.write("delete the homes of ended runs", () -> statements.write(forgetRuns()));
      database.write("delete homes that were not seen", () -> statements.write(forgetHomes()));
    } catch (RepositoryException e) {
      log.debug("homes that were not seen for long stay", e);
    }
  }

  private static Statement forgetRuns() {
    return new Statement("forget runs", () -> FORGET_RUNS, List.of());
  }

  private Statement forgetHomes() {
    return hasClock()
        ? new Statement(
            "forget homes",
            () -> FORGET_HOMES.formatted(before("clock_timestamp()", KEPT)),
            List.of())
        : new Statement(
            "forget homes", () -> FORGET_HOMES.formatted("?"), List.of(hostClock().minus(KEPT)));
  }

  private static String before(String time, Duration duration) {
    return "%s - interval '%d s'".formatted(time, duration.toSeconds());
  }

  /** Returns whether the database has a clock of its own. */
  private boolean hasClock() {
    return database.supportsBatching();
  }

  private static Instant hostClock() {
    return Instant.now().truncatedTo(ChronoUnit.MICROS);
  }

  private static Instant now(DSLContext sql) {
    return sql.dialect() == SQLDialect.SQLITE
        ? hostClock()
        : requireNonNull(
            sql.select(DSL.field("clock_timestamp()", HOSTS.LAST_SEEN.getDataType()))
                .fetchSingle()
                .value1());
  }

  @Override
  public List<KnownHost> list() {
    return database.answer("list the hosts", sql -> new Search(sql, null).hosts()).stream()
        .sorted(
            Comparator.comparing((KnownHost host) -> host.pending() + host.running() == 0)
                .thenComparing(
                    host -> host.lastSeen().orElse(Instant.MAX), Comparator.reverseOrder()))
        .limit(MAX_LISTED)
        .sorted(Comparator.comparing(KnownHost::name))
        .toList();
  }

  @Override
  public Optional<KnownHost> find(String host) {
    return database.answer("find the host " + host, sql -> new Search(sql, host).hosts()).stream()
        .findFirst();
  }

  /** One search for hosts, with a few statements. */
  private static final class Search {
    private final DSLContext sql;
    private final @Nullable String only;
    private final Map<String, List<SeenHome>> homes = new HashMap<>();
    private final Map<String, HostRetirement> retirements = new HashMap<>();
    private final Map<String, ActiveRuns> active = new HashMap<>();

    /**
     * Creates it.
     *
     * @param only the name of the host; null for all
     */
    Search(DSLContext sql, @Nullable String only) {
      this.sql = sql;
      this.only = only;
    }

    /** The active runs of a host. */
    private record ActiveRuns(long pending, long running, @Nullable Instant latestStart) {
      static final ActiveRuns NONE = new ActiveRuns(0, 0, null);

      ActiveRuns and(boolean isPending, long runs, Instant started) {
        return new ActiveRuns(
            pending + (isPending ? runs : 0),
            running + (isPending ? 0 : runs),
            latestStart == null || latestStart.isBefore(started) ? started : latestStart);
      }
    }

    private Condition isWanted(Field<String> host) {
      return only == null ? host.isNotNull() : host.eq(only);
    }

    List<KnownHost> hosts() {
      readHomes();
      readRetirements();
      readRunning();
      readWaiting();
      Instant now = now(sql); // not before any that was read
      Map<String, KnownHost> found = new TreeMap<>();
      Stream.of(homes, retirements, active)
          .flatMap(part -> part.keySet().stream())
          .forEach(name -> found.computeIfAbsent(name, host -> known(host, now)));
      return List.copyOf(found.values());
    }

    private KnownHost known(String name, Instant now) {
      ActiveRuns runs = active.getOrDefault(name, ActiveRuns.NONE);
      return new KnownHost(
          name,
          homes.getOrDefault(name, List.of()),
          runs.pending(),
          runs.running(),
          runs.latestStart(),
          retirements.get(name),
          now);
    }

    private void readHomes() {
      sql.selectFrom(HOSTS)
          .where(isWanted(HOSTS.HOST))
          .orderBy(HOSTS.LAST_SEEN.desc(), HOSTS.HOME_ID)
          .limit(10 * MAX_LISTED)
          .forEach(
              row ->
                  homes
                      .computeIfAbsent(row.get(HOSTS.HOST), host -> new ArrayList<>())
                      .add(
                          new SeenHome(
                              new Home(
                                  row.get(HOSTS.HOME_ID),
                                  row.get(HOSTS.HOST),
                                  row.get(HOSTS.REGISTRY_VERSION)),
                              row.get(HOSTS.LAST_SEEN))));
    }

    private void readRetirements() {
      sql.selectFrom(HOST_RETIREMENTS)
          .where(isWanted(HOST_RETIREMENTS.HOST))
          .orderBy(HOST_RETIREMENTS.RETIRED_AT.desc())
          .limit(10 * MAX_LISTED)
          .forEach(
              row -> retirements.putIfAbsent(row.get(HOST_RETIREMENTS.HOST), toRetirement(row)));
    }

    private void readRunning() {
      Field<Integer> runs = count();
      Field<Instant> latest = max(TUNIX_RUNS.STARTED_AT);
      sql.select(TUNIX_RUNS.HOST, TUNIX_RUNS.STATUS, runs, latest)
          .from(TUNIX_RUNS)
          .where(TUNIX_RUNS.STATUS.in(ACTIVE))
          .and(isWanted(TUNIX_RUNS.HOST))
          .groupBy(TUNIX_RUNS.HOST, TUNIX_RUNS.STATUS)
          .forEach(
              row ->
                  add(
                      row.value1(),
                      row.value2().equals(ACTIVE.get(0)),
                      row.get(runs),
                      row.value4()));
    }

    /** A waiting run has no host yet, but its home has. */
    private void readWaiting() {
      Field<Integer> runs = count();
      Field<Instant> latest = max(TUNIX_RUNS.CREATED_AT);
      sql.select(HOSTS.HOST, runs, latest)
          .from(RUN_HOMES)
          .join(TUNIX_RUNS)
          .on(TUNIX_RUNS.RUN_ID.eq(RUN_HOMES.RUN_ID))
          .join(HOSTS)
          .on(HOSTS.HOME_ID.eq(RUN_HOMES.HOME_ID))
          .where(TUNIX_RUNS.STATUS.eq(RunStatus.PENDING.text()))
          .and(TUNIX_RUNS.HOST.isNull())
          .and(isWanted(HOSTS.HOST))
          .groupBy(HOSTS.HOST)
          .forEach(row -> add(row.value1(), true, row.get(runs), row.value3()));
    }

    private void add(String host, boolean isPending, int runs, Instant latest) {
      active.merge(
          host,
          ActiveRuns.NONE.and(isPending, runs, latest),
          (known, same) -> known.and(isPending, runs, latest));
    }
  }

  private static HostRetirement toRetirement(Record row) {
    return new HostRetirement(
        row.get(HOST_RETIREMENTS.RETIREMENT_ID),
        row.get(HOST_RETIREMENTS.HOST),
        row.get(HOST_RETIREMENTS.USER_NAME),
        row.get(HOST_RETIREMENTS.RETIRED_AT),
        row.get(HOST_RETIREMENTS.REASON));
  }

  @Override
  public Optional<UnseenHost> unseenHostOf(Run run) {
    return run.status().isFinal()
        ? Optional.empty()
        : database.answer("find the host of run " + run.id(), sql -> unseenHostOf(sql, run));
  }

  private static Optional<UnseenHost> unseenHostOf(DSLContext sql, Run run) {
    Provenance known = run.provenance();
    Condition itsHost =
        known != null
            ? HOSTS.HOST.eq(known.host())
            : HOSTS.HOST.in(
                select(HOSTS.HOST)
                    .from(HOSTS)
                    .join(RUN_HOMES)
                    .on(RUN_HOMES.HOME_ID.eq(HOSTS.HOME_ID))
                    .where(RUN_HOMES.RUN_ID.eq(run.id().value())));
    return sql.selectFrom(HOSTS)
        .where(itsHost)
        .orderBy(HOSTS.LAST_SEEN.desc())
        .limit(1)
        .fetchOptional(row -> new UnseenHost(row.get(HOSTS.HOST), row.get(HOSTS.LAST_SEEN)))
        .filter(host -> !host.lastSeen().isAfter(unseenBefore(now(sql))));
  }

  /** Returns the time at or before which a home must have been seen last to count as unseen. */
  private static Instant unseenBefore(Instant now) {
    return now.minus(KnownHost.UNSEEN_AFTER);
  }

  @Override
  public Optional<HostRetirement> retire(String host, String user, String reason) {
    HostRetirement retirement =
        new HostRetirement(
            UUID.randomUUID(),
            host,
            user,
            database.answer("read the time", JooqHosts::now),
            reason);
    Instant unseenBefore = unseenBefore(retirement.at());
    boolean isRetired =
        database.write(
            "retire the host " + host, () -> retirements.saveRetirement(retirement, unseenBefore));
    return isRetired || isOnRecord(retirement) ? Optional.of(retirement) : Optional.empty();
  }

  /** A write that was repeated because the connection broke finds its first attempt. */
  private boolean isOnRecord(HostRetirement retirement) {
    return database.answer(
        "find the retirement of the host " + retirement.host(),
        sql ->
            sql.fetchExists(HOST_RETIREMENTS, HOST_RETIREMENTS.RETIREMENT_ID.eq(retirement.id())));
  }

  @Override
  public List<RunId> activeRuns(
      String host, Set<String> executors, @Nullable RunId after, int limit) {
    Condition started = TUNIX_RUNS.HOST.eq(host).and(endsWithHost(TUNIX_RUNS.EXECUTOR, executors));
    Condition waits =
        TUNIX_RUNS
            .STATUS
            .eq(RunStatus.PENDING.text())
            .and(
                exists(
                    selectOne()
                        .from(RUN_HOMES)
                        .join(HOSTS)
                        .on(HOSTS.HOME_ID.eq(RUN_HOMES.HOME_ID))
                        .where(RUN_HOMES.RUN_ID.eq(TUNIX_RUNS.RUN_ID))
                        .and(HOSTS.HOST.eq(host))
                        .and(endsWithHost(RUN_HOMES.EXECUTOR, executors))));
    return database.answer(
        "list the active runs of the host " + host,
        sql ->
            sql.select(TUNIX_RUNS.RUN_ID)
                .from(TUNIX_RUNS)
                .where(TUNIX_RUNS.STATUS.in(ACTIVE))
                .and(started.or(waits))
                .and(after == null ? noCondition() : TUNIX_RUNS.RUN_ID.gt(after.value()))
                .orderBy(TUNIX_RUNS.RUN_ID)
                .limit(limit)
                .fetch(row -> new RunId(row.value1())));
  }

  private static Condition endsWithHost(
      TableField<?, String> executor, Collection<String> executors) {
    return executor.isNull().or(executor.in(executors));
  }

  @Override
  public void assign(UUID home, @Nullable String executor, Collection<RunId> runs) {
    List<RunId> all = List.copyOf(runs);
    for (int done = 0; done < all.size(); done += PIECE) {
      List<RunId> piece = all.subList(done, Math.min(all.size(), done + PIECE));
      database.write(
          "store the home of %d runs".formatted(piece.size()),
          sql ->
              sql.insertInto(RUN_HOMES, RUN_HOMES.RUN_ID, RUN_HOMES.HOME_ID, RUN_HOMES.EXECUTOR)
                  .valuesOfRows(
                      piece.stream()
                          .map(
                              id ->
                                  DSL.row(
                                      val(id.value(), RUN_HOMES.RUN_ID),
                                      val(home, RUN_HOMES.HOME_ID),
                                      val(executor, RUN_HOMES.EXECUTOR)))
                          .toList())
                  .onConflict(RUN_HOMES.RUN_ID)
                  .doUpdate()
                  .set(RUN_HOMES.EXECUTOR, DSL.excluded(RUN_HOMES.EXECUTOR))
                  .where(RUN_HOMES.HOME_ID.eq(home)) // it waited in its queue before
                  .execute());
    }
  }

  @Override
  public List<RunId> assigned(UUID home, String executor) {
    return database.answer(
        "list the runs of the home " + home,
        sql ->
            sql.select(TUNIX_RUNS.RUN_ID)
                .from(RUN_HOMES)
                .join(TUNIX_RUNS)
                .on(TUNIX_RUNS.RUN_ID.eq(RUN_HOMES.RUN_ID))
                .where(RUN_HOMES.HOME_ID.eq(home))
                .and(RUN_HOMES.EXECUTOR.eq(executor))
                .and(TUNIX_RUNS.STATUS.in(ACTIVE))
                .fetch(row -> new RunId(row.value1())));
  }

  @Override
  public List<RunId> left(UUID home, String executor, int limit) {
    return database.answer(
        "list the runs of unseen homes",
        sql ->
            sql.select(TUNIX_RUNS.RUN_ID)
                .from(TUNIX_RUNS)
                .join(RUN_HOMES)
                .on(RUN_HOMES.RUN_ID.eq(TUNIX_RUNS.RUN_ID))
                .where(TUNIX_RUNS.STATUS.in(ACTIVE))
                .and(isLeft(home, executor, unseenBefore(now(sql))))
                .orderBy(TUNIX_RUNS.RUN_ID)
                .limit(limit)
                .fetch(row -> new RunId(row.value1())));
  }

  @Override
  public List<RunId> takeOver(UUID home, String executor, Collection<RunId> runs) {
    List<RunId> all = List.copyOf(runs);
    List<RunId> taken = new ArrayList<>();
    for (int done = 0; done < all.size(); done += PIECE) {
      List<UUID> piece =
          all.subList(done, Math.min(all.size(), done + PIECE)).stream().map(RunId::value).toList();
      taken.addAll(
          database.write(
              "take over runs of the executor " + executor,
              sql -> takeOver(sql, home, executor, piece)));
    }
    return taken;
  }

  /**
   * Takes over the runs of each home by itself. PostgreSQL, which waits for another home that
   * updates the same row, then checks the conditions on that row again, but may not execute the
   * subqueries again: without the former home among the conditions both would have the run.
   */
  private static List<RunId> takeOver(DSLContext sql, UUID home, String executor, List<UUID> runs) {
    Map<UUID, List<UUID>> byHome =
        sql.select(RUN_HOMES.HOME_ID, RUN_HOMES.RUN_ID)
            .from(RUN_HOMES)
            .join(TUNIX_RUNS)
            .on(TUNIX_RUNS.RUN_ID.eq(RUN_HOMES.RUN_ID))
            .where(RUN_HOMES.RUN_ID.in(runs))
            .and(TUNIX_RUNS.STATUS.in(ACTIVE))
            .and(isLeft(home, executor, unseenBefore(now(sql))))
            .fetchGroups(RUN_HOMES.HOME_ID, RUN_HOMES.RUN_ID);
    List<RunId> taken = new ArrayList<>();
    byHome.forEach(
        (former, left) ->
            taken.addAll(
                sql.update(RUN_HOMES)
                    .set(RUN_HOMES.HOME_ID, home)
                    .where(RUN_HOMES.RUN_ID.in(left))
                    .and(RUN_HOMES.HOME_ID.eq(former))
                    .and(isLeft(home, executor, unseenBefore(now(sql))))
                    .returning(RUN_HOMES.RUN_ID)
                    .fetch(row -> new RunId(row.get(RUN_HOMES.RUN_ID)))));
    return taken;
  }

  private static Condition isLeft(UUID home, String executor, Instant unseenBefore) {
    return RUN_HOMES
        .EXECUTOR
        .eq(executor)
        .and(RUN_HOMES.HOME_ID.ne(home))
        .and(
            notExists(
                selectOne()
                    .from(HOSTS)
                    .where(HOSTS.HOME_ID.eq(RUN_HOMES.HOME_ID))
                    .and(HOSTS.LAST_SEEN.gt(unseenBefore))));
  }
}
