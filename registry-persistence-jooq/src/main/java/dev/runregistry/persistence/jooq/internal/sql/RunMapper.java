package dev.runregistry.persistence.jooq.internal.sql;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import dev.runregistry.run.port.UnreadableRunException;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunSample;
import dev.runregistry.run.query.RunSummary;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** Maps rows to runs; {@link RunBinder} maps runs to rows. */
public final class RunMapper {
  private static final Set<Field<?>> LATER =
      Set.of(
          TUNIX_RUNS.WEIGHT_DECAY,
          TUNIX_RUNS.DEVICE,
          TUNIX_RUNS.REASON,
          TUNIX_RUNS.PARENT_RUN_ID,
          TUNIX_RUNS.NAME,
          TUNIX_RUNS.TAGS,
          TUNIX_RUNS.NOTE);

  /** The columns that {@link #toRun} reads in a table of version 4, which has no more. */
  public static final Row.Columns RUN_OF_VERSION_4 =
      new Row.Columns(
          Arrays.stream(TUNIX_RUNS.fields()).filter(field -> !LATER.contains(field)).toList());

  /** The columns that {@link #toRun} reads. */
  public static final Row.Columns RUN = new Row.Columns(List.of(TUNIX_RUNS.fields()));

  /** The columns that {@link #toSummary} reads. */
  public static final Row.Columns SUMMARY =
      new Row.Columns(
          List.of(
              TUNIX_RUNS.RUN_ID,
              TUNIX_RUNS.DATASET_KEY,
              TUNIX_RUNS.MODEL_ID,
              TUNIX_RUNS.MODE,
              TUNIX_RUNS.STATUS,
              TUNIX_RUNS.EXECUTOR,
              TUNIX_RUNS.COMMAND,
              TUNIX_RUNS.HOST,
              TUNIX_RUNS.EXIT_CODE,
              TUNIX_RUNS.REASON,
              TUNIX_RUNS.MESSAGE,
              TUNIX_RUNS.CREATED_AT,
              TUNIX_RUNS.STARTED_AT,
              TUNIX_RUNS.COMPLETED_AT,
              TUNIX_RUNS.NAME,
              TUNIX_RUNS.TAGS));

  /** The columns that {@link #toPosition} reads. */
  public static final Row.Columns POSITION =
      new Row.Columns(List.of(TUNIX_RUNS.CREATED_AT, TUNIX_RUNS.RUN_ID));

  /** The columns that {@link #toEntry} reads. */
  public static final Row.Columns ENTRY =
      new Row.Columns(List.of(TUNIX_RUNS.RUN_ID, TUNIX_RUNS.CREATED_AT, TUNIX_RUNS.STATUS));

  private RunMapper() {}

  /**
   * Returns the result of the mapper.
   *
   * @throws UnreadableRunException if a value is not one that a registry writes
   * @throws DataAccessException if the row cannot be read at all
   */
  public static <T> T readable(Row row, Function<Row, T> mapper) {
    try {
      return mapper.apply(row);
    } catch (RuntimeException e) {
      if (e instanceof DataAccessException failure
          && failure.getCause(SQLException.class) != null) {
        throw e;
      }
      throw new UnreadableRunException(
          "the record of run %s cannot be read: %s".formatted(storedId(row), e.getMessage()), e);
    }
  }

  private static String storedId(Row row) {
    try {
      return toId(row).toString();
    } catch (RuntimeException e) { // SQLite's ids are texts
      return "with an id that is none";
    }
  }

  private static RunId toId(Row row) {
    return new RunId(required(row, TUNIX_RUNS.RUN_ID));
  }

  public static Run toRun(Row row) {
    return new Run(
        toId(row),
        toSpec(row),
        RunStatus.parse(required(row, TUNIX_RUNS.STATUS)),
        row.get(TUNIX_RUNS.EXECUTOR),
        row.get(TUNIX_RUNS.EXTERNAL_ID),
        required(row, TUNIX_RUNS.CREATED_AT),
        required(row, TUNIX_RUNS.STARTED_AT),
        row.get(TUNIX_RUNS.COMPLETED_AT),
        row.get(TUNIX_RUNS.EXIT_CODE),
        toReason(row),
        new Output(
            new OutputExcerpt(required(row, TUNIX_RUNS.STDOUT)),
            new OutputExcerpt(required(row, TUNIX_RUNS.STDERR))),
        required(row, TUNIX_RUNS.MESSAGE),
        ProvenanceMapper.toProvenance(row));
  }

  private static @Nullable RunReason toReason(Row row) {
    String reason = ifSelected(row, TUNIX_RUNS.REASON);
    return reason == null ? null : RunReason.parse(reason);
  }

  private static RunSpec toSpec(Row row) {
    Long timeLimit = row.get(TUNIX_RUNS.TIME_LIMIT_MS);
    UUID parent = ifSelected(row, TUNIX_RUNS.PARENT_RUN_ID);
    return new RunSpec(
        new DatasetKey(required(row, TUNIX_RUNS.DATASET_KEY)),
        required(row, TUNIX_RUNS.MODEL_ID),
        RunMode.parse(required(row, TUNIX_RUNS.MODE)),
        row.get(TUNIX_RUNS.OUTPUT_DIR),
        toTraining(row),
        toCommand(row),
        timeLimit == null ? null : Duration.ofMillis(timeLimit),
        parent == null ? null : new RunId(parent),
        new RunDescription(
            ifSelected(row, TUNIX_RUNS.NAME), toTags(row), ifSelected(row, TUNIX_RUNS.NOTE)));
  }

  private static Map<String, String> toTags(Row row) {
    String tags = ifSelected(row, TUNIX_RUNS.TAGS);
    return tags == null ? Map.of() : TextMapJson.read(tags);
  }

  private static List<String> toCommand(Row row) {
    String command = row.get(TUNIX_RUNS.COMMAND);
    return command == null ? List.of() : CommandJson.read(command);
  }

  private static @Nullable TrainingConfig toTraining(Row row) {
    Double rate = row.get(TUNIX_RUNS.LEARNING_RATE);
    if (rate == null) {
      return null;
    }
    String device = ifSelected(row, TUNIX_RUNS.DEVICE);
    return new TrainingConfig(
        rate,
        ifSelected(row, TUNIX_RUNS.WEIGHT_DECAY),
        required(row, TUNIX_RUNS.NUM_EPOCHS),
        required(row, TUNIX_RUNS.BATCH_SIZE),
        required(row, TUNIX_RUNS.MAX_SEQ_LENGTH),
        device == null ? null : TrainingDevice.parse(device));
  }

  private static <T> @Nullable T ifSelected(Row row, Field<T> column) {
    return row.has(column) ? row.get(column) : null;
  }

  public static RunSummary toSummary(Row row) {
    Instant started = required(row, TUNIX_RUNS.STARTED_AT);
    Instant completed = row.get(TUNIX_RUNS.COMPLETED_AT);
    return new RunSummary(
        toId(row),
        new DatasetKey(required(row, TUNIX_RUNS.DATASET_KEY)),
        required(row, TUNIX_RUNS.MODEL_ID),
        RunMode.parse(required(row, TUNIX_RUNS.MODE)),
        RunStatus.parse(required(row, TUNIX_RUNS.STATUS)),
        row.get(TUNIX_RUNS.EXECUTOR),
        toCommand(row),
        row.get(TUNIX_RUNS.HOST),
        row.get(TUNIX_RUNS.EXIT_CODE),
        toReason(row),
        required(row, TUNIX_RUNS.MESSAGE),
        required(row, TUNIX_RUNS.CREATED_AT),
        started,
        completed == null ? null : Duration.between(started, completed),
        row.get(TUNIX_RUNS.NAME),
        toTags(row));
  }

  /** Returns the position of a run in the order of creation. */
  public static RunCursor toPosition(Row row) {
    return new RunCursor(required(row, TUNIX_RUNS.CREATED_AT), toId(row));
  }

  /** Returns a run as a sample has it. */
  public static RunSample.Entry toEntry(Row row) {
    return new RunSample.Entry(
        required(row, TUNIX_RUNS.CREATED_AT), RunStatus.parse(required(row, TUNIX_RUNS.STATUS)));
  }

  public static <T> T required(Row row, Field<T> column) {
    return requireNonNull(row.get(column), column.getName());
  }
}
