package dev.runregistry.persistence.jooq;

import static java.util.Objects.requireNonNull;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.generated.tables.TunixRuns;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.sql.RunBinder;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.audit.CanonicalRun;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Makes databases as earlier versions of the tables and of the registry left them. */
final class OlderVersion {
  private static final List<String> SINCE_3 =
      List.of(
          "host",
          "user_name",
          "working_dir",
          "registry_version",
          "git_commit",
          "git_dirty",
          "environment");
  private static final List<String> SINCE_5 = List.of("reason", "weight_decay", "device");

  private static final List<String> SINCE_7 = List.of("parent_run_id");

  private static final List<String> SINCE_9 = List.of("name", "tags", "note");

  private OlderVersion() {}

  /** Where the scripts of that database are. */
  static Path scripts(Engine engine) {
    return Path.of(
        "src/main/resources/dev/runregistry/persistence/jooq/migration",
        engine == Engine.SQLITE ? "sqlite" : "postgresql");
  }

  /** Applies the migrations up to that version, without the backfill of the chain. */
  static void migrate(Engine engine, DatabaseConfig config, int version) {
    Flyway.configure()
        .dataSource(config.url(), config.user(), config.password())
        .locations("filesystem:" + scripts(engine))
        .target(String.valueOf(version))
        .loggers("slf4j")
        .load()
        .migrate();
  }

  /** Of the digests that version took. */
  private static int form(int version) {
    if (version >= 9) {
      return CanonicalRun.CURRENT_VERSION;
    }
    return version >= 7 ? 3 : version >= 5 ? 2 : 1;
  }

  /** One run of each kind that there was in that version. */
  static List<Run> runs(int version) {
    List<Run> known =
        Runs.ofEveryKind().stream()
            .filter(run -> version >= 7 || run.status() != RunStatus.CANCELLED)
            .filter(run -> version >= 7 || run.spec().parent() == null)
            .filter(run -> version >= 8 || !isByEngine(run))
            .filter(run -> version >= 9 || run.spec().description().isEmpty())
            .toList();
    if (version >= 5) {
      return known;
    }
    return known.stream()
        .filter(run -> run.spec().training() != null)
        .filter(run -> version >= 3 || run.provenance() == null)
        .map(OlderVersion::of)
        .toList();
  }

  private static boolean isByEngine(Run run) {
    return run.reason() != null && run.reason().isByEngine();
  }

  /** So many runs that had ended, dry-runs and commands of the user's own in turn. */
  static List<Run> ended(int number) {
    return Stream.iterate(0, i -> i + 1)
        .limit(number)
        .map(
            i -> {
              Run running = i % 2 == 0 ? Runs.dryRunning() : Runs.running();
              return of(
                  i % 2 == 0
                      ? Runs.ended(running, Runs.lost())
                      : Runs.ended(running, Runs.exited(i % 256)));
            })
        .toList();
  }

  /** The same run as it was recorded before version 5. */
  static Run of(Run run) {
    RunSpec spec = run.spec();
    TrainingConfig training = requireNonNull(spec.training());
    RunSpec older =
        new RunSpec(
            spec.datasetKey(),
            spec.modelId(),
            spec.mode(),
            spec.outputDir(),
            new TrainingConfig(
                training.learningRate(),
                null,
                training.numEpochs(),
                training.batchSize(),
                training.maxSeqLength(),
                null),
            spec.command(),
            spec.timeLimit());
    return new Run(
        run.id(),
        older,
        run.status(),
        run.executor(),
        run.externalId(),
        run.createdAt(),
        run.startedAt(),
        run.completedAt(),
        run.exitCode(),
        null,
        run.output(),
        run.message(),
        run.provenance());
  }

  /** Saves the runs as that version did, endings with their links where it had a chain. */
  static void fill(DatabaseConfig config, int version, List<Run> runs) {
    try (Connections connections = Connections.to(config)) {
      DSL.using(connections, connections.dialect(), Database.settings())
          .transaction(
              transaction -> {
                DSLContext sql = transaction.dsl();
                ChainHead head = ChainHead.EMPTY;
                for (Run run : runs) {
                  if (version >= 4 && run.status().isFinal()) {
                    head = append(sql, head, run, form(version));
                  }
                  insert(sql, version, run);
                }
              });
    }
  }

  private static void insert(DSLContext sql, int version, Run run) {
    Map<String, @Nullable Object> row = RunBinder.of(run);
    if (version < 9) {
      row.keySet().removeAll(SINCE_9);
    }
    if (version < 7) {
      row.keySet().removeAll(SINCE_7);
    }
    if (version < 5) {
      row.keySet().removeAll(SINCE_5);
    }
    if (version < 3) {
      row.keySet().removeAll(SINCE_3);
    }
    Map<Field<?>, @Nullable Object> older = new HashMap<>();
    row.forEach((column, value) -> older.put(TunixRuns.TUNIX_RUNS.field(column), value));
    sql.insertInto(TunixRuns.TUNIX_RUNS).set(older).execute();
  }

  private static ChainHead append(DSLContext sql, ChainHead head, Run run, int form) {
    if (sql.dialect() == SQLDialect.POSTGRES) { // a trigger numbers and chains it
      sql.execute(
          "INSERT INTO run_chain (run_id, form, run_digest, sealed) VALUES (?, ?, ?, false)",
          run.id().value(),
          form,
          CanonicalRun.digest(run, form).bytes());
      return head;
    }
    ChainLink link = ChainLink.after(head, run, form, Runs.NOON, false);
    sql.execute(
        "INSERT INTO run_chain (link_number, run_id, form, run_digest, recorded_at, sealed,"
            + " previous_digest, link_digest) VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
        link.number(),
        link.runId().toString(),
        form,
        link.runDigest().bytes(),
        Timestamps.text(link.recordedAt()),
        link.previous().bytes(),
        link.digest().bytes());
    return link.toHead();
  }
}
