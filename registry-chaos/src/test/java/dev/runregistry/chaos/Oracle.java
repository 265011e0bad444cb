package dev.runregistry.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.chaos.Registries.Acknowledged;
import dev.runregistry.chaos.Registries.CancelAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Knows what really happened, because the children wrote it down, and asks the database itself, in
 * SQL, without any of the code that it judges.
 */
final class Oracle {
  private static final Set<String> FINAL = Set.of("completed", "failed", "timeout", "cancelled");
  private static final List<Integer> BY_SIGNAL = List.of(137, 143);

  private final Stage stage;
  private final Plan plan;
  private final Map<String, Row> ended = new HashMap<>(); // guarded by this
  private final Set<String> cancelled = new HashSet<>(); // of which that was requested
  private final Set<String> endedBefore = new HashSet<>(); // of these

  Oracle(Stage stage, Plan plan) {
    this.stage = stage;
    this.plan = plan;
  }

  /** All of a run that is on record; equal when nothing of it has changed. */
  private record Row(
      String status,
      @Nullable Integer exitCode,
      String startedAt,
      @Nullable String completedAt,
      String message,
      String everything) {
    boolean isFinal() {
      return FINAL.contains(status);
    }
  }

  /** All runs that anybody can know of: a child has started, or there is a folder. */
  private Set<String> known() throws IOException {
    Set<String> ids = new TreeSet<>();
    try (Stream<Path> files = Files.list(stage.truth())) {
      files.map(Oracle::name).map(name -> name.replaceFirst("\\..*", "")).forEach(ids::add);
    }
    for (String state : List.of("queued", "active", "done")) {
      stage.runs(state).forEach(run -> ids.add(name(run)));
    }
    return ids;
  }

  /** The runs that can be cancelled: those that wait or run, else any. */
  List<String> cancellable() throws IOException {
    List<String> ids =
        Stream.of("queued", "active")
            .flatMap(state -> stage.runs(state).stream())
            .map(Oracle::name)
            .toList();
    return ids.isEmpty() ? List.copyOf(known()) : ids;
  }

  /** The runs that began and do not end by themselves. */
  List<String> endless() throws IOException {
    try (Stream<Path> files = Files.list(stage.truth())) {
      return files
          .map(Oracle::name)
          .filter(name -> name.endsWith(".endless"))
          .map(name -> name.replaceFirst("\\..*", ""))
          .toList();
    }
  }

  /** To be called before that run is cancelled. */
  void cancels(String id) throws IOException {
    if (cancelled.add(id) && truth(id).isPresent() && !childLives(id)) {
      endedBefore.add(id);
    }
  }

  private boolean childLives(String id) throws IOException {
    return Files.readAllLines(stage.truth().resolve(id + ".began")).stream()
        .anyMatch(pid -> Stage.carries(Long.parseLong(pid), id));
  }

  synchronized Map<String, Integer> statuses() {
    Map<String, Integer> all = new HashMap<>();
    ended.values().forEach(row -> all.merge(row.status, 1, Integer::sum));
    return all;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** Looks at what is final now, which must never look different again. */
  synchronized void look(Connection database) throws SQLException, IOException {
    for (String id : known()) {
      Optional<Row> row = row(database, id).filter(Row::isFinal);
      Row before = ended.get(id);
      if (before != null) {
        assertThat(row).as("what was final is final for ever").contains(before);
      }
      row.ifPresent(found -> ended.put(id, found));
    }
  }

  private static Optional<Row> row(Connection database, String id) throws SQLException {
    String sql = "select * from tunix_runs where cast(run_id as varchar(36)) = ?";
    try (PreparedStatement select = database.prepareStatement(sql)) {
      select.setString(1, id);
      try (ResultSet rows = select.executeQuery()) {
        Optional<Row> first = rows.next() ? Optional.of(row(rows)) : Optional.empty();
        assertThat(rows.next()).as("run %s is on record twice", id).isFalse();
        return first;
      }
    }
  }

  private static Row row(ResultSet rows) throws SQLException {
    StringBuilder everything = new StringBuilder();
    for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
      everything.append(rows.getString(column)).append('\u0000');
    }
    int code = rows.getInt("exit_code");
    boolean hasCode = !rows.wasNull();
    return new Row(
        rows.getString("status"),
        hasCode ? code : null,
        rows.getString("started_at"),
        rows.getString("completed_at"),
        rows.getString("message"),
        everything.toString());
  }

  /** A run that lives, while the database is there. */
  void requireOnRecord(String id) throws SQLException {
    try (Connection database = stage.store().look()) {
      assertThat(row(database, id)).as("run %s goes on and is on no list", id).isPresent();
    }
  }

  /** Of what another database in the same home was used for. */
  private void requireNothingElsewhere() throws SQLException {
    if (!Files.exists(stage.otherDatabase())) {
      return;
    }
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + stage.otherDatabase());
        Statement select = other.createStatement();
        ResultSet tables =
            select.executeQuery("select name from sqlite_master where name = 'tunix_runs'")) {
      if (tables.next()) {
        try (ResultSet runs = select.executeQuery("select run_id from tunix_runs")) {
          assertThat(runs.next()).as("a run is on record where it does not belong").isFalse();
        }
      }
    }
  }

  /** After everything has come back. */
  void judge(
      List<Acknowledged> acknowledged, Set<String> accepted, List<CancelAnswer> cancelAnswers)
      throws IOException, SQLException {
    for (String state : List.of("queued", "active", "damaged", "starting")) {
      assertThat(stage.runs(state)).as("left in " + state).isEmpty();
    }
    try (Connection database = stage.store().look()) {
      look(database);
    }
    for (String id : known()) {
      assertThat(ended).as("a run that began is on record, and has ended").containsKey(id);
      judge(id, ended.get(id), accepted.contains(id));
    }
    assertThat(known().stream().filter(this::hasBegun).count())
        .as("commands that began: each submission starts one, however often it is repeated")
        .isLessThanOrEqualTo(plan.runs().size());
    for (Acknowledged told : acknowledged) {
      Row row = ended.get(told.id());
      assertThat(row).as("run %s was acknowledged", told).isNotNull();
      assertThat(told)
          .isEqualTo(new Acknowledged(told.id(), row.status, String.valueOf(row.exitCode)));
    }
    assertThat(ended.keySet()).as("runs whose submission was answered").containsAll(accepted);
    for (CancelAnswer answer : cancelAnswers) {
      Row row = ended.get(answer.id());
      assertThat(row).as("run whose cancel was answered: %s", answer).isNotNull();
      answer.status().ifPresent(told -> assertThat(row.status).as("%s", answer).isEqualTo(told));
    }
    requireNothingElsewhere();
    assertThat(processes()).as("processes of ours that are left").isEmpty();
  }

  private void judge(String id, Row row, boolean queued) throws IOException {
    assertThat(stage.home().resolve("runs/done").resolve(id))
        .as("its folder")
        .isDirectoryContaining("glob:**/run.json")
        .isDirectoryContaining("glob:**/outcome.json");
    if (row.completedAt != null) {
      assertThat(row.completedAt).as("ends after its start").isGreaterThanOrEqualTo(row.startedAt);
    }
    boolean began = hasBegun(id);
    if (began) {
      assertThat(Files.readAllLines(stage.truth().resolve(id + ".began")))
          .as("starts of " + row)
          .hasSize(1);
    }
    assertThat(stage.truth().resolve(id + ".overfull")).as("no slot was free").doesNotExist();
    if (row.message.contains("before it started anything")) {
      assertThat(plan.killsRegistries())
          .as("nothing was started, was said, and a run is on record: " + row)
          .isTrue();
      if (queued) { // else it goes back to the queue
        assertThat(stage.home().resolve("runs/done").resolve(id + "/processes")).exists();
      }
    }
    Optional<Integer> truth = truth(id);
    boolean lost = row.completedAt == null;
    if (row.status.equals("cancelled")) {
      assertThat(cancelled).as("runs that were cancelled by someone: " + row).contains(id);
      assertThat(endedBefore).as("runs that had ended: " + row).doesNotContain(id);
      assertThat(row.message).startsWith("Cancelled by ");
      assertThat(row.exitCode).isNull();
      assertThat(lost).as("has no end: " + row).isFalse();
    } else if (row.status.equals("timeout")) {
      assertThat(plan.hasLimits()).as("had a limit: " + row).isTrue();
    } else if (lost || row.exitCode == null) {
      assertThat(plan.killsProcesses() || !began).as("began: " + row).isTrue();
    } else if (truth.isEmpty()) {
      assertThat(row.exitCode).as("was killed: " + row).isIn(BY_SIGNAL);
      assertThat(plan.killsProcesses()).as("nobody killed it: " + row).isTrue();
    } else if (plan.killsProcesses()) {
      assertThat(row.exitCode).isIn(truth.get(), 137);
    } else {
      assertThat(row.exitCode).isEqualTo(truth.get());
    }
  }

  private boolean hasBegun(String id) {
    return Files.exists(stage.truth().resolve(id + ".began"));
  }

  /** The exit code that the child wrote down last thing. */
  private Optional<Integer> truth(String id) throws IOException {
    Path file = stage.truth().resolve(id + ".ended");
    return Files.exists(file)
        ? Optional.of(Files.readString(file))
            .filter(text -> text.endsWith("\n"))
            .map(text -> Integer.parseInt(text.strip()))
        : Optional.empty();
  }

  /** All processes of runs that are alive. */
  List<ProcessHandle> processes() throws IOException {
    Set<String> ids = known();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> ids.stream().anyMatch(id -> Stage.carries(process.pid(), id)))
          .toList();
    }
  }
}
