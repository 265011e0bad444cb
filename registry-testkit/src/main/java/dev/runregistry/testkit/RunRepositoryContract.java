package dev.runregistry.testkit;

import static dev.runregistry.testkit.Runs.NOON;
import static dev.runregistry.testkit.Runs.ended;
import static dev.runregistry.testkit.Runs.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Output;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunOrder;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSample;
import dev.runregistry.run.query.RunSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link RunRepository}, whose Javadoc states its rules; each test is one.
 * Subclasses provide an empty one. JUnit 5.12 or newer executes it.
 */
public abstract class RunRepositoryContract {
  private static final Provenance KNOWN = Runs.provenance();
  private static final String COMMIT = Runs.COMMIT;

  private RunRepository runs;

  /** For subclasses. */
  protected RunRepositoryContract() {}

  /** A repository without runs; called once for each test. */
  protected abstract RunRepository empty() throws Exception;

  @BeforeEach
  final void begin_with_an_empty_repository() throws Exception {
    runs = empty();
  }

  // ---- saving and finding

  @Test
  void a_run_of_every_kind_is_found_as_it_was_saved() {
    for (Run run : Runs.ofEveryKind()) {
      runs.save(run);

      assertThat(runs.find(run.id())).contains(run);
    }
  }

  @Test
  void it_answers_whether_there_are_runs_or_not() {
    assertThatCode(() -> runs.ping()).doesNotThrowAnyException();

    runs.save(Runs.completed());

    assertThatCode(() -> runs.ping()).doesNotThrowAnyException();
  }

  @Test
  void it_says_which_database_it_is() {
    String address = runs.identity().address();

    runs.save(Runs.completed());

    assertThat(runs.identity().uuid()).isPresent();
    assertThat(runs.identity().address()).isEqualTo(address);
    assertThat(runs.identity()).isEqualTo(runs.identity());
  }

  @Test
  void an_unknown_run_is_not_found() {
    runs.save(Runs.running());

    assertThat(runs.find(Runs.id())).isEmpty();
  }

  @Test
  void every_legal_move_is_kept() {
    Run pending = Runs.pending();
    Run running = pending.start(Runs.EXECUTOR, NOON.plusSeconds(7));
    Run completed = ended(running, exited(0));
    for (Run state : List.of(pending, running, completed)) {
      runs.save(state);

      assertThat(runs.find(state.id())).contains(state);
    }
    for (RunOutcome beforeStart : List.of(Runs.notStarted(), Runs.cancelledBeforeStart())) {
      Run waiting = Runs.pending();
      Run ended = ended(waiting, beforeStart);
      runs.save(waiting);
      runs.save(ended);
      assertThat(runs.find(ended.id())).contains(ended);
    }
  }

  @Test
  void a_cancelled_run_stays_cancelled() {
    Run pending = Runs.pending();
    Run cancelled = ended(pending, Runs.cancelledBeforeStart());
    Run running = Runs.running();
    Run terminated = ended(running, Runs.cancelled());
    List.of(pending, cancelled, running, terminated).forEach(runs::save);

    refuses(pending, cancelled);
    refuses(pending.start(Runs.EXECUTOR, NOON.plusSeconds(1)), cancelled);
    refuses(ended(running, exited(0)), terminated);
    refuses(ended(running, Runs.timedOut()), terminated);
  }

  @Test
  void a_run_that_has_started_is_not_cancelled_as_if_it_were_pending() {
    Run pending = Runs.pending();
    Run running = pending.start(Runs.EXECUTOR, NOON.plusSeconds(1));
    runs.save(running);

    refuses(ended(pending, Runs.cancelledBeforeStart()), running);
  }

  @Test
  void the_parent_of_a_run_never_changes() {
    Run running = Runs.running(Runs.repeating(Runs.id()), NOON);
    runs.save(running);

    Run ofOther =
        Run.started(running.id(), Runs.repeating(Runs.id()), Runs.EXECUTOR, running.startedAt());
    refuses(ended(ofOther, exited(0)), running);
    Run ofNone =
        Run.started(running.id(), Runs.localRunOf("math-v1"), Runs.EXECUTOR, running.startedAt());
    refuses(ended(ofNone, exited(0)), running);
  }

  @Test
  void every_way_to_end_replaces_the_running_run() {
    for (Run end : Runs.ofEveryKind().stream().filter(run -> run.status().isFinal()).toList()) {
      Run running =
          Run.started(end.id(), end.spec(), Runs.EXECUTOR, end.startedAt())
              .withProvenance(end.provenance());
      if (end.executor() == null && end.spec().mode() == RunMode.LOCAL) {
        continue; // ended before it was started
      }
      runs.save(running);
      runs.save(end);

      assertThat(runs.find(end.id())).contains(end);
    }
  }

  @Test
  void what_git_said_late_comes_with_the_ending() {
    for (Provenance early : List.of(KNOWN, KNOWN.withGit(null, null))) {
      Run running = Runs.running().withProvenance(early);
      Run ended = ended(running.withProvenance(KNOWN.withGit(COMMIT, true)), exited(0));
      runs.save(running);
      runs.save(ended);

      assertThat(runs.find(ended.id())).contains(ended);
    }
  }

  @Test
  void where_a_run_comes_from_never_changes() {
    Run running = Runs.running().withProvenance(KNOWN.withGit(COMMIT, false));
    runs.save(running);
    List<Provenance> others =
        Arrays.asList(
            null,
            KNOWN.withGit(COMMIT, true),
            KNOWN.withGit(COMMIT, null),
            KNOWN.withGit("1".repeat(40), false),
            new Provenance("h", "ann", "/home/ann/päper", "1.2.3", COMMIT, false, Map.of()));
    for (Provenance other : others) {
      Run ended = ended(running.withProvenance(other), exited(0));

      assertThatThrownBy(() -> runs.save(ended)).isInstanceOf(StaleRunException.class);
      assertThat(runs.find(running.id())).contains(running);
    }
  }

  @Test
  void a_run_from_before_provenance_was_noted_ends_without_one() {
    Run older = Runs.running();
    runs.save(older);
    Run wiser = ended(older.withProvenance(KNOWN), exited(0));

    assertThatThrownBy(() -> runs.save(wiser)).isInstanceOf(StaleRunException.class);
    runs.save(ended(older, exited(0)));
    assertThat(runs.find(older.id())).contains(ended(older, exited(0)));
  }

  @Test
  void an_ending_is_kept_even_if_the_start_never_was() {
    Run completed = Runs.completed();

    runs.save(completed);

    assertThat(runs.find(completed.id())).contains(completed);
  }

  @Test
  void saving_the_same_run_again_changes_nothing() {
    for (Run run : Runs.ofEveryKind()) {
      runs.save(run);
      runs.save(run);

      assertThat(runs.find(run.id())).contains(run);
    }
    assertThat(runs.list(RunQuery.all().withLimit(100)).runs()).hasSize(Runs.ofEveryKind().size());
  }

  @Test
  void a_finished_run_cannot_start_again() {
    Run running = Runs.running();
    Run completed = ended(running, exited(0));
    runs.save(running);
    runs.save(completed);

    refuses(running, completed);
    refuses(Run.pending(running.id(), running.spec(), NOON), completed);
  }

  @Test
  void of_two_endings_only_the_first_is_kept() {
    Run running = Runs.running();
    Run completed = ended(running, exited(0));
    runs.save(running);
    runs.save(completed);

    refuses(ended(running, exited(1)), completed);
    refuses(running.finish(exited(0), NOON.plusSeconds(99)), completed);
    refuses(ended(running, Runs.timedOut()), completed);
    refuses(ended(running, Runs.cancelled()), completed);
    refuses(ended(running, Runs.lost()), completed);
  }

  @Test
  void a_running_run_cannot_wait_again_or_start_twice() {
    Run pending = Runs.pending();
    Run running = pending.start(Runs.EXECUTOR, NOON.plusSeconds(1));
    runs.save(running);

    refuses(pending, running);
    refuses(pending.start(Runs.EXECUTOR, NOON.plusSeconds(2)), running);
  }

  @Test
  void a_pending_run_cannot_complete_before_it_has_started() {
    Run pending = Runs.pending();
    runs.save(pending);

    refuses(ended(pending.start(Runs.EXECUTOR, NOON), exited(0)), pending);
    refuses(ended(pending.start(Runs.EXECUTOR, NOON), Runs.timedOut()), pending);
  }

  @Test
  void an_ending_cannot_change_what_was_asked_for_or_when_it_began() {
    Run running = Runs.running();
    runs.save(running);

    Run ofOther = Run.started(running.id(), Runs.localRunOf("other"), Runs.EXECUTOR, NOON);
    refuses(ended(ofOther, exited(0)), running);
    Run elsewhere = Run.started(running.id(), running.spec(), "other", NOON);
    refuses(ended(elsewhere, exited(0)), running);
    Run earlier = Run.started(running.id(), running.spec(), Runs.EXECUTOR, NOON.minusSeconds(1));
    refuses(ended(earlier, exited(0)), running);
  }

  private void refuses(Run next, Run onRecord) {
    assertThatThrownBy(() -> runs.save(next)).isInstanceOf(StaleRunException.class);
    assertThat(runs.find(onRecord.id())).contains(onRecord);
  }

  @Test
  void of_two_racing_for_the_last_move_one_wins_and_the_other_hears_of_it() throws Exception {
    for (int round = 0; round < 20; round++) {
      Run running = Runs.running();
      runs.save(running);
      List<Run> endings =
          List.of(
              ended(running, exited(0)), ended(running, exited(1)), ended(running, Runs.lost()));

      List<Boolean> won = atOnce(endings.stream().map(this::wins).toList());

      assertThat(won).containsOnlyOnce(true);
      assertThat(runs.find(running.id())).contains(endings.get(won.indexOf(true)));
    }
  }

  private Callable<Boolean> wins(Run ending) {
    return () -> {
      try {
        runs.save(ending);
        return true;
      } catch (StaleRunException e) {
        return false;
      }
    };
  }

  @Test
  void the_same_run_saved_by_many_at_once_is_one_run() throws Exception {
    for (int round = 0; round < 10; round++) {
      Run completed = Runs.completed();

      List<Boolean> won = atOnce(Stream.generate(() -> wins(completed)).limit(4).toList());

      assertThat(won).containsOnly(true);
      assertThat(runs.find(completed.id())).contains(completed);
    }
    assertThat(runs.list(RunQuery.all()).runs()).hasSize(10);
  }

  private static <T> List<T> atOnce(List<Callable<T>> tasks) throws Exception {
    CyclicBarrier start = new CyclicBarrier(tasks.size());
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (Callable<T> task : tasks) {
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return task.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  // ---- texts and times

  @Test
  void the_biggest_and_strangest_texts_come_back_to_the_character() {
    for (String text : Texts.STRANGE) {
      Run running = Run.started(Runs.id(), Texts.specOf(text), Runs.EXECUTOR, NOON);
      Run completed = ended(running, Texts.outcomeOf(text));
      runs.save(running);
      runs.save(completed);

      assertThat(runs.find(completed.id())).contains(completed);
      assertThat(runs.list(RunQuery.all().withDatasetKey(Texts.keyOf(text))).runs())
          .contains(RunSummary.of(completed));
    }
  }

  @Test
  void a_full_stream_of_each_width_of_character_is_kept_whole() {
    for (String character : List.of("a", "é", "€", "😀")) {
      String full = character.repeat(10_240 / Texts.bytes(character));
      for (Output output : List.of(Runs.output(full, full), Runs.output(full + "x", full + full))) {
        Run completed = ended(Runs.running(), new RunOutcome.Exited(0, output));
        runs.save(completed);

        assertThat(runs.find(completed.id())).contains(completed);
      }
    }
  }

  @Test
  void times_are_kept_to_the_microsecond_from_the_first_to_the_last() {
    for (String at :
        List.of(
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00.000001Z",
            "1999-12-31T23:59:59.999999Z",
            "2026-03-29T01:30:00.1Z",
            "2026-10-25T01:30:00.100001Z",
            "9999-12-31T23:59:58.765432Z")) {
      Run running = Runs.runningSince(Instant.parse(at));
      Run completed = running.finish(exited(0), Instant.parse(at).plusNanos(1_000));
      runs.save(completed);

      assertThat(runs.find(completed.id())).contains(completed);
    }
    Run long_ago = Runs.runningSince(Instant.EPOCH);
    Run at_last = long_ago.finish(exited(0), Instant.parse("9999-12-31T23:59:59.999999Z"));
    runs.save(at_last);
    assertThat(runs.find(at_last.id())).contains(at_last);
  }

  // ---- lists

  @Test
  void a_list_shows_each_run_as_its_summary_newest_first() {
    List<Run> saved = new ArrayList<>();
    for (int micros : List.of(5, 1, 4, 2, 3)) {
      saved.add(save(Runs.runningSince(NOON.plusNanos(micros * 1_000L))));
    }
    for (Run run : Runs.ofEveryKind()) {
      Run older =
          Run.started(Runs.id(), run.spec(), Runs.EXECUTOR, NOON.minusSeconds(saved.size()));
      saved.add(save(older));
    }

    RunPage page = runs.list(RunQuery.all().withLimit(100));

    assertThat(page.runs())
        .containsExactlyElementsOf(
            saved.stream()
                .map(RunSummary::of)
                .sorted(Comparator.comparing(RunSummary::createdAt).reversed())
                .toList());
    assertThat(page.hasNext()).isFalse();
  }

  @Test
  void a_summary_of_every_kind_is_that_of_the_run() {
    for (Run run : Runs.ofEveryKind()) {
      save(run);
    }
    assertThat(runs.list(RunQuery.all().withLimit(100)).runs())
        .allSatisfy(
            line -> assertThat(line).isEqualTo(RunSummary.of(runs.find(line.id()).orElseThrow())));
  }

  @Test
  void an_empty_repository_has_an_empty_page() {
    assertThat(runs.list(RunQuery.all())).isEqualTo(new RunPage(List.of(), false));
  }

  @Test
  void a_page_says_whether_there_is_a_next_one() {
    for (int i = 0; i < 4; i++) {
      save(Runs.running());
    }
    assertThat(runs.list(RunQuery.all().withLimit(3)).hasNext()).isTrue();
    assertThat(runs.list(RunQuery.all().withLimit(4)).hasNext()).isFalse();
    assertThat(runs.list(RunQuery.all().withLimit(3).withOffset(1)).hasNext()).isFalse();
    assertThat(runs.list(RunQuery.all().withLimit(1).withOffset(2)).hasNext()).isTrue();
    assertThat(runs.list(RunQuery.all().withLimit(1)).runs()).hasSize(1);
  }

  @Test
  void pages_by_offset_neither_repeat_nor_omit_runs_of_the_same_instant() {
    List<RunId> saved = saveTies(23);

    List<RunId> listed = new ArrayList<>();
    RunPage page;
    do {
      page = runs.list(RunQuery.all().withLimit(4).withOffset(listed.size()));
      page.runs().forEach(run -> listed.add(run.id()));
    } while (page.hasNext());

    assertThat(listed).containsExactlyInAnyOrderElementsOf(saved);
  }

  @Test
  void pages_by_cursor_neither_repeat_nor_omit_while_runs_are_added() {
    List<RunId> saved = saveTies(23);

    List<RunId> listed = new ArrayList<>();
    RunQuery query = RunQuery.all().withLimit(4);
    RunPage page;
    do {
      page = runs.list(query);
      page.runs().forEach(run -> listed.add(run.id()));
      query = query.withAfter(RunCursor.after(page.runs().get(page.runs().size() - 1)));
      save(Runs.runningSince(NOON.plusSeconds(listed.size())));
    } while (page.hasNext());

    assertThat(listed).containsExactlyInAnyOrderElementsOf(saved);
  }

  @Test
  void both_ways_to_turn_pages_have_the_same_order() {
    saveTies(9);
    List<RunSummary> all = runs.list(RunQuery.all()).runs();
    for (int i = 0; i < all.size(); i++) {
      RunQuery after = RunQuery.all().withAfter(RunCursor.after(all.get(i)));

      assertThat(runs.list(RunQuery.all().withOffset(i)).runs())
          .isEqualTo(all.subList(i, all.size()));
      assertThat(runs.list(after).runs()).isEqualTo(all.subList(i + 1, all.size()));
      assertThat(runs.list(after.withOffset(2)).runs())
          .isEqualTo(all.subList(Math.min(i + 3, all.size()), all.size()));
    }
  }

  private List<RunId> saveTies(int count) {
    List<RunId> saved = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      saved.add(save(Runs.runningSince(NOON.plusNanos(i % 3 * 1_000L))).id());
    }
    return saved;
  }

  @Test
  void a_page_beyond_the_end_is_empty_however_far_away() {
    save(Runs.running());
    for (long offset : List.of(1L, 1_000L, Long.MAX_VALUE - 100, Long.MAX_VALUE)) {
      assertThat(runs.list(RunQuery.all().withOffset(offset)))
          .isEqualTo(new RunPage(List.of(), false));
    }
  }

  @Test
  void every_filter_alone_and_together_selects_what_it_says() {
    for (String key : List.of("math-v1", "math-V1", "logic")) {
      for (Run run : Runs.ofEveryKind()) {
        save(withKey(run, key));
      }
    }
    List<RunSummary> all = everyPage(RunQuery.all());
    for (RunStatus status : withNull(RunStatus.values())) {
      for (RunMode mode : withNull(RunMode.values())) {
        for (String key : withNull(new String[] {"math-v1", "logic", "math", "MATH-V1"})) {
          RunQuery query = RunQuery.all().withStatus(status).withMode(mode).withDatasetKey(key);

          assertThat(everyPage(query))
              .isEqualTo(all.stream().filter(matches(status, mode, key)).toList());
        }
      }
    }
  }

  private List<RunSummary> everyPage(RunQuery query) {
    List<RunSummary> found = new ArrayList<>();
    RunPage page;
    do {
      page = runs.list(query.withLimit(RunQuery.MAX_LIMIT).withOffset(found.size()));
      found.addAll(page.runs());
    } while (page.hasNext());
    return found;
  }

  private static Predicate<RunSummary> matches(RunStatus status, RunMode mode, String key) {
    return run ->
        (status == null || run.status() == status)
            && (mode == null || run.mode() == mode)
            && (key == null || run.datasetKey().value().equals(key));
  }

  private static Run withKey(Run run, String key) {
    return new Run(
        Runs.id(),
        Texts.withKey(run.spec(), key),
        run.status(),
        run.executor(),
        run.externalId(),
        run.createdAt(),
        run.startedAt(),
        run.completedAt(),
        run.exitCode(),
        run.reason(),
        run.output(),
        run.message(),
        run.provenance());
  }

  private static <T> List<T> withNull(T[] values) {
    List<T> list = new ArrayList<>(List.of(values));
    list.add(null);
    return list;
  }

  @Test
  void a_filtered_list_turns_pages_too() {
    for (int i = 0; i < 7; i++) {
      save(Runs.runningSince(NOON.plusSeconds(i)));
      save(Runs.completed());
    }
    RunQuery running = RunQuery.all().withStatus(RunStatus.RUNNING);
    List<RunSummary> all = runs.list(running).runs();

    assertThat(all).hasSize(7);
    assertThat(runs.list(running.withLimit(3).withOffset(3)).runs()).isEqualTo(all.subList(3, 6));
    assertThat(runs.list(running.withAfter(RunCursor.after(all.get(4)))).runs())
        .isEqualTo(all.subList(5, 7));
  }

  @Test
  void a_filter_is_text_and_never_a_pattern_or_a_piece_of_sql() {
    save(Runs.running());
    for (String key : List.of("%", "math%", "_ath-v1", "' OR '1'='1", "", "../math-v1", "*")) {
      assertThat(runs.list(RunQuery.all().withDatasetKey(key)).runs()).isEmpty();
    }
  }

  @Test
  void several_values_of_a_filter_are_alternatives_in_every_order_and_on_every_page() {
    for (String key : List.of("math-v1", "logic", "code")) {
      for (Run run : Runs.ofEveryKind()) {
        save(withKey(run, key));
      }
    }
    RunFilter none = RunFilter.NONE;
    for (RunFilter filter :
        List.of(
            none.withStatuses(List.of(RunStatus.FAILED, RunStatus.TIMEOUT, RunStatus.RUNNING)),
            none.withDatasetKeys(List.of("code", "math-v1", "none")),
            none.withModes(List.of(RunMode.values())),
            none.withDatasetKeys(List.of("code", "logic"))
                .withStatuses(List.of(RunStatus.FAILED, RunStatus.COMPLETED))
                .withModes(List.of(RunMode.LOCAL)),
            none.withReasons(List.of(RunReason.LOST, RunReason.NOT_STARTED)),
            none.withExitCodes(List.of(3, 137, 255)),
            none.withStatuses(List.of(RunStatus.FAILED, RunStatus.TIMEOUT))
                .withExecutors(List.of(Runs.EXECUTOR)),
            none.withModelIds(List.of("google/gemma-2b-it", "other")),
            none.withText("math-v1"))) {
      for (RunOrder order : RunOrder.values()) {
        RunQuery query = RunQuery.all().withFilter(filter).withOrder(order).withLimit(7);

        assertThat(pages(query))
            .as(query.toString())
            .isEqualTo(expected(filter, order))
            .isNotEmpty();
      }
    }
  }

  @Test
  void runs_are_found_by_their_name_and_tags_in_every_order_and_on_every_page() {
    for (int i = 0; i < 24; i++) {
      Map<String, String> tags = new HashMap<>(Map.of("all", "", "seed", String.valueOf(i % 5)));
      if (i % 4 == 0) {
        tags.put("fourth", "a=b");
      }
      RunDescription description = new RunDescription("name " + i % 3, tags, null);
      Run run = Runs.running(Runs.described(description), NOON.plusSeconds(i / 2));
      save(i % 2 == 0 ? run : Runs.ended(run, Runs.exited(0)));
    }
    save(Runs.completed());
    RunFilter none = RunFilter.NONE;
    for (RunFilter filter :
        List.of(
            none.withNames(List.of("name 1")),
            none.withNames(List.of("name 0", "name 2", "other")),
            none.withNames(List.of("name 1")).withStatuses(List.of(RunStatus.RUNNING)),
            none.withTags(Map.of("all", Set.of())),
            none.withTags(Map.of("all", Set.of(""))),
            none.withTags(Map.of("seed", Set.of("1"))),
            none.withTags(Map.of("seed", Set.of("1", "3", "7"))),
            none.withTags(Map.of("seed", Set.of("1", "3"), "all", Set.of())),
            none.withTags(Map.of("fourth", Set.of(), "all", Set.of("", "x"))),
            none.withTags(Map.of("fourth", Set.of("a=b"), "seed", Set.of("0", "1", "2"))),
            none.withTags(Map.of("seed", Set.of("1", "2")))
                .withStatuses(List.of(RunStatus.COMPLETED, RunStatus.FAILED)),
            none.withTags(Map.of("all", Set.of())).withDatasetKeys(List.of("math-v1", "x")),
            none.withTags(Map.of("seed", Set.of("1"))).withNames(List.of("name 0", "name 1")),
            none.withTags(Map.of("seed", Set.of("1"))).withText("math"),
            none.withTags(Map.of("seed", Set.of("0", "4")))
                .withCreated(NOON.plusSeconds(2), NOON.plusSeconds(11)))) {
      for (RunOrder order : RunOrder.values()) {
        RunQuery query = RunQuery.all().withFilter(filter).withOrder(order).withLimit(3);

        assertThat(pages(query))
            .as(query.toString())
            .isEqualTo(expected(filter, order))
            .isNotEmpty();
        List<RunSummary> all = runs.list(query.withLimit(100)).runs();
        assertThat(runs.list(query.withOffset(1)).runs())
            .as(query.toString())
            .isEqualTo(all.subList(1, Math.min(4, all.size())));
      }
    }
    for (Map<String, Set<String>> tags :
        List.of(
            Map.of("seed", Set.of("7")),
            Map.of("Seed", Set.<String>of()),
            Map.of("seed", Set.of("1"), "none", Set.<String>of()),
            Map.of("seed", Set.of("%")),
            Map.of("' OR '1'='1", Set.of("x")))) {
      assertThat(runs.list(RunQuery.all().withFilter(none.withTags(tags))).runs()).isEmpty();
    }
    assertThat(runs.list(RunQuery.all().withFilter(none.withNames(List.of("name")))).runs())
        .isEmpty();
  }

  /** Reads all pages by cursor where there is one, else by offset. */
  private List<RunSummary> pages(RunQuery query) {
    List<RunSummary> listed = new ArrayList<>();
    RunQuery next = query;
    while (true) {
      RunPage page = runs.list(next);
      listed.addAll(page.runs());
      if (!page.hasNext()) {
        return listed;
      }
      next =
          query.order().isByCreation()
              ? query.withAfter(page.next().orElseThrow())
              : query.withOffset(listed.size());
    }
  }

  private List<RunSummary> expected(RunFilter filter, RunOrder order) {
    List<RunSummary> all = pages(RunQuery.all().withLimit(100)); // newest first
    if (!order.isDescending()) {
      Collections.reverse(all);
    }
    Comparator<RunSummary> sort =
        switch (order) {
          case NEWEST_FIRST -> Comparator.comparing(RunSummary::createdAt).reversed();
          case OLDEST_FIRST -> Comparator.comparing(RunSummary::createdAt);
          case LAST_STARTED_FIRST -> Comparator.comparing(RunSummary::startedAt).reversed();
          case FIRST_STARTED_FIRST -> Comparator.comparing(RunSummary::startedAt);
          case LONGEST_FIRST ->
              Comparator.comparing(
                  RunSummary::duration, Comparator.nullsLast(Comparator.reverseOrder()));
          case SHORTEST_FIRST ->
              Comparator.comparing(
                  RunSummary::duration, Comparator.nullsLast(Comparator.naturalOrder()));
        };
    return all.stream()
        .filter(run -> meets(run, filter))
        .filter(run -> filter.since() == null || !run.createdAt().isBefore(filter.since()))
        .filter(run -> filter.until() == null || run.createdAt().isBefore(filter.until()))
        .sorted(sort)
        .toList();
  }

  private static boolean meets(RunSummary run, RunFilter filter) {
    return isOneOf(filter.statuses(), run.status())
        && isOneOf(filter.modes(), run.mode())
        && isOneOf(filter.datasetKeys(), run.datasetKey().value())
        && isOneOf(filter.modelIds(), run.modelId())
        && isOneOf(filter.executors(), run.executor())
        && isOneOf(filter.reasons(), run.reason())
        && isOneOf(filter.exitCodes(), run.exitCode())
        && isOneOf(filter.names(), run.name())
        && filter.tags().entrySet().stream()
            .allMatch(
                tag ->
                    run.tags().containsKey(tag.getKey())
                        && isOneOf(tag.getValue(), run.tags().get(tag.getKey())))
        && (filter.text() == null
            || (run.datasetKey().value() + '\n' + run.message()).contains(filter.text()));
  }

  private static boolean isOneOf(Set<?> wanted, @Nullable Object value) {
    return wanted.isEmpty() || (value != null && wanted.contains(value));
  }

  @Test
  void a_list_of_a_time_has_its_first_instant_and_not_its_last() {
    List<RunSummary> saved = new ArrayList<>();
    for (int micros = 0; micros < 6; micros++) {
      saved.add(0, RunSummary.of(save(Runs.runningSince(NOON.plusNanos(micros * 1_000L)))));
    }
    Instant since = NOON.plusNanos(1_000);
    Instant until = NOON.plusNanos(4_000);

    assertThat(created(since, until)).isEqualTo(saved.subList(2, 5));
    assertThat(created(since, null)).isEqualTo(saved.subList(0, 5));
    assertThat(created(null, until)).isEqualTo(saved.subList(2, 6));
    assertThat(created(until, since)).isEmpty();
    assertThat(created(since, since.plusNanos(1_000))).isEqualTo(saved.subList(4, 5));
  }

  private List<RunSummary> created(@Nullable Instant since, @Nullable Instant until) {
    return runs.list(RunQuery.all().withFilter(RunFilter.NONE.withCreated(since, until))).runs();
  }

  @Test
  void a_sample_has_time_and_status_of_the_runs_that_a_list_has() {
    Runs.ofEveryKind().forEach(this::save);
    for (RunFilter filter :
        List.of(
            RunFilter.NONE,
            RunFilter.NONE.withStatuses(List.of(RunStatus.FAILED, RunStatus.RUNNING)),
            RunFilter.NONE.withDatasetKeys(List.of("math-v1", "none")),
            RunFilter.NONE.withHosts(List.of("node7", "node8")),
            RunFilter.NONE.withExitCodes(List.of(0)),
            RunFilter.NONE.withText("gemma").withStatuses(List.of(RunStatus.TIMEOUT)),
            RunFilter.NONE.withCreated(NOON.plusSeconds(1), null))) {
      assertThat(runs.sample(filter))
          .as(filter.toString())
          .isEqualTo(
              new RunSample(
                  pages(RunQuery.all().withFilter(filter)).stream()
                      .map(run -> new RunSample.Entry(run.createdAt(), run.status()))
                      .toList(),
                  true));
    }
  }

  @Test
  void a_text_is_found_as_it_stands_in_command_model_data_set_name_or_message() {
    List<String> command = List.of("python3", "train \"a\\b\".py", "--lr", "1e-3");
    Run run = save(Runs.running(Runs.localRunOf("math-v1", command), NOON));
    save(Runs.dryRunning());
    RunDescription named = new RunDescription("nightly (a)", Map.of("k", "tagged"), "noted");
    Run other = save(Runs.running(Runs.described(named), NOON));

    assertThat(found("tly (")).containsExactly(other.id());
    assertThat(found("tagged")).isEmpty();
    assertThat(found("noted")).isEmpty();
    for (String text :
        List.of(
            "train \"a\\b\".py --lr",
            "python3 train",
            "1e-3",
            "gemma",
            "math",
            run.message().substring(2))) {
      assertThat(found(text)).as(text).contains(run.id());
    }
    for (String text :
        List.of("python3  train", "\",\"", "[", "]", "\"python3", "1E-3", "%", "_", "train*")) {
      assertThat(found(text)).as(text).isEmpty();
    }
  }

  private List<RunId> found(String text) {
    return runs.list(RunQuery.all().withFilter(RunFilter.NONE.withText(text))).runs().stream()
        .map(RunSummary::id)
        .toList();
  }

  // ---- prefixes

  @Test
  void a_prefix_finds_the_ids_that_begin_like_it() {
    List<RunId> saved =
        Stream.of(
                "00000000-0000-0000-0000-000000000000",
                "0198ad5c-0000-7000-8000-000000000001",
                "0198ad5c-ffff-7fff-bfff-ffffffffffff",
                "7fffffff-ffff-ffff-7fff-ffffffffffff",
                "80000000-0000-0000-8000-000000000000",
                "80000000-0000-0000-0000-000000000000",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
                "fffffffe-ffff-ffff-ffff-ffffffffffff")
            .map(text -> new RunId(UUID.fromString(text)))
            .toList();
    saved.forEach(id -> save(Run.started(id, Runs.localRunOf("math-v1"), "process", NOON)));
    for (RunId id : saved) {
      for (int length = 1; length <= 36; length++) {
        String prefix = id.toString().substring(0, length);

        assertThat(runs.findIds(new RunIdPrefix(prefix), 100))
            .containsExactlyInAnyOrderElementsOf(
                saved.stream().filter(other -> other.toString().startsWith(prefix)).toList());
      }
    }
    assertThat(runs.findIds(new RunIdPrefix("0198AD5C"), 100)).hasSize(2);
    assertThat(runs.findIds(new RunIdPrefix("1"), 100)).isEmpty();
  }

  @Test
  void a_prefix_finds_no_more_ids_than_asked_for() {
    for (int i = 0; i < 5; i++) {
      RunId id = new RunId(new UUID(0xabcL << 52, i));
      save(Run.started(id, Runs.localRunOf("math-v1"), "process", NOON));
    }
    assertThat(runs.findIds(new RunIdPrefix("abc"), 2))
        .containsExactly(
            new RunId(new UUID(0xabcL << 52, 4)), new RunId(new UUID(0xabcL << 52, 3)));
    assertThat(runs.findIds(new RunIdPrefix("abc"), 5)).hasSize(5);
  }

  @Test
  void a_suffix_finds_the_ids_that_end_like_it_newest_first() {
    RunId old = saveAt("ffffffff-0000-7000-8000-0000deadbeef", NOON);
    RunId young = saveAt("00000000-0000-7000-8000-0001deadbeef", NOON.plusSeconds(1));
    saveAt("00000000-0000-7000-8000-0000deadbeee", NOON);

    assertThat(runs.findIds(new RunIdSuffix("DEADBEEF"), 10)).containsExactly(young, old);
    assertThat(runs.findIds(new RunIdSuffix("deadbeef"), 1)).containsExactly(young);
    assertThat(runs.findIds(new RunIdSuffix("8000-0000deadbeef"), 10)).containsExactly(old);
    assertThat(runs.findIds(new RunIdSuffix(old.toString()), 10)).containsExactly(old);
    assertThat(runs.findIds(new RunIdSuffix("aaaa"), 10)).isEmpty();
  }

  @Test
  void the_neighbours_of_an_id_are_the_ones_before_and_after_it_by_their_bytes() {
    RunId first = saveAt("00000000-0000-7000-8000-000000000001", NOON);
    RunId second = saveAt("7fffffff-ffff-7fff-bfff-ffffffffffff", NOON.plusSeconds(2));
    RunId third = saveAt("80000000-0000-7000-8000-000000000000", NOON.plusSeconds(1));
    RunId fourth = saveAt("ffffffff-ffff-7fff-bfff-ffffffffffff", NOON);

    assertThat(runs.neighbours(List.of(second))).containsExactlyInAnyOrder(first, third);
    assertThat(runs.neighbours(List.of(first))).containsExactly(second);
    assertThat(runs.neighbours(List.of(fourth))).containsExactly(third);
    assertThat(runs.neighbours(List.of(first, fourth))).containsExactlyInAnyOrder(second, third);
    assertThat(runs.neighbours(List.of(Runs.id()))).isEmpty();
    assertThat(runs.neighbours(List.of())).isEmpty();
  }

  private RunId saveAt(String id, Instant createdAt) {
    RunId parsed = RunId.parse(id);
    save(Run.started(parsed, Runs.localRunOf("math-v1"), "process", createdAt));
    return parsed;
  }

  private Run save(Run run) {
    runs.save(Objects.requireNonNull(run));
    return run;
  }
}
