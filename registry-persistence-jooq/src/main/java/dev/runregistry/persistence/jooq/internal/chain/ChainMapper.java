package dev.runregistry.persistence.jooq.internal.chain;

import static dev.runregistry.persistence.jooq.generated.tables.HostRetirements.HOST_RETIREMENTS;
import static dev.runregistry.persistence.jooq.generated.tables.RunChain.RUN_CHAIN;
import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static java.util.Objects.requireNonNull;

import dev.runregistry.persistence.jooq.internal.sql.Row;
import dev.runregistry.persistence.jooq.internal.sql.RunBinder;
import dev.runregistry.persistence.jooq.internal.sql.RunMapper;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.Digest;
import dev.runregistry.run.audit.StoredRun;
import dev.runregistry.run.host.HostRetirement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * Maps rows to links, each with the row of its run. A row is accepted only if it is exactly the
 * stored form of that run: in SQLite one time has many texts.
 */
public final class ChainMapper {
  private static final int LONGEST_REASON = 200;

  /** The fields of SQLite in which one value has many forms, and the form that is stored. */
  private final Map<Field<?>, Field<String>> texts = new LinkedHashMap<>();

  /** The columns that {@link #toLink} and {@link #toRecord} read. */
  public final Row.Columns both;

  public ChainMapper(SQLDialect dialect) {
    if (dialect == SQLDialect.SQLITE) {
      for (Field<?> field :
          List.of(
              RUN_CHAIN.RECORDED_AT,
              RUN_CHAIN.SEALED,
              TUNIX_RUNS.CREATED_AT,
              TUNIX_RUNS.STARTED_AT,
              TUNIX_RUNS.COMPLETED_AT,
              TUNIX_RUNS.GIT_DIRTY,
              HOST_RETIREMENTS.RETIRED_AT)) {
        texts.put(field, field.coerce(String.class).as("text_of_" + field.getName()));
      }
    }
    both = columns();
  }

  private Row.Columns columns() {
    List<Field<?>> fields = new ArrayList<>(List.of(RUN_CHAIN.fields()));
    fields.addAll(List.of(TUNIX_RUNS.fields()));
    fields.addAll(List.of(HOST_RETIREMENTS.fields()));
    fields.addAll(texts.values());
    return new Row.Columns(fields);
  }

  /**
   * Returns the link.
   *
   * @throws RuntimeException if no registry has written that row
   */
  public ChainLink toLink(Row row) {
    requireText(row, RUN_CHAIN.RECORDED_AT);
    requireText(row, RUN_CHAIN.SEALED);
    return new ChainLink(
        required(row, RUN_CHAIN.LINK_NUMBER),
        new RunId(required(row, RUN_CHAIN.RUN_ID)),
        required(row, RUN_CHAIN.FORM),
        Digest.wrap(required(row, RUN_CHAIN.RUN_DIGEST)),
        required(row, RUN_CHAIN.RECORDED_AT),
        required(row, RUN_CHAIN.SEALED),
        Digest.wrap(required(row, RUN_CHAIN.PREVIOUS_DIGEST)),
        Digest.wrap(required(row, RUN_CHAIN.LINK_DIGEST)));
  }

  /** Returns the stored record of its run or retirement. */
  public StoredRun toRecord(ChainLink link, Row row) {
    if (row.get(TUNIX_RUNS.STATUS) == null) {
      return link.isRetirement() && row.get(HOST_RETIREMENTS.HOST) != null
          ? toRetirement(row)
          : new StoredRun.Missing();
    }
    try {
      Run run = RunMapper.toRun(row);
      requireExact(row, RunBinder.of(run));
      return new StoredRun.Found(run);
    } catch (RuntimeException e) { // only the stored values can cause a failure here
      return new StoredRun.Unreadable(reason(e));
    }
  }

  private StoredRun toRetirement(Row row) {
    try {
      HostRetirement retirement =
          new HostRetirement(
              required(row, HOST_RETIREMENTS.RETIREMENT_ID),
              required(row, HOST_RETIREMENTS.HOST),
              required(row, HOST_RETIREMENTS.USER_NAME),
              required(row, HOST_RETIREMENTS.RETIRED_AT),
              required(row, HOST_RETIREMENTS.REASON));
      requireText(row, HOST_RETIREMENTS.RETIRED_AT);
      return new StoredRun.FoundRetirement(retirement);
    } catch (RuntimeException e) { // only the stored values can cause a failure here
      return new StoredRun.Unreadable(reason(e));
    }
  }

  public static long number(Row row) {
    return required(row, RUN_CHAIN.LINK_NUMBER);
  }

  public static String reason(Throwable e) {
    String reason = String.valueOf(e.getMessage());
    return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
  }

  private void requireExact(Row row, Map<String, @Nullable Object> expected) {
    for (Field<?> field : TUNIX_RUNS.fields()) {
      if (!Objects.equals(row.get(field), expected.get(field.getName()))) {
        throw new IllegalArgumentException(field.getName() + " is not as it is written");
      }
      requireText(row, field);
    }
  }

  private void requireText(Row row, Field<?> field) {
    Field<String> text = texts.get(field);
    if (text != null && !Objects.equals(row.get(text), text(row.get(field)))) {
      throw new IllegalArgumentException(field.getName() + " is not as it is written");
    }
  }

  private static @Nullable String text(@Nullable Object value) {
    if (value instanceof Boolean is) {
      return is ? "1" : "0";
    }
    return value instanceof Instant at ? Timestamps.text(at) : null;
  }

  private static <T> T required(Row row, Field<T> column) {
    return requireNonNull(row.get(column), column.getName());
  }
}
