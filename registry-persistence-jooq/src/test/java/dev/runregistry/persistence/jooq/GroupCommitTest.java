package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.testkit.Runs;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {
  private static final RepositoryException REFUSED = failure("refused", "23514");
  private static final RepositoryException AWAY = failure("away", "08006");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch busy = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final List<List<Run>> groups = new CopyOnWriteArrayList<>();
  private final Run first = Runs.completed();
  private volatile RunId refused = Runs.id();
  private volatile boolean away;
  private final GroupCommit commit = new GroupCommit(1, this::save, Database::isDataError);

  private static RepositoryException failure(String message, String state) {
    return new RepositoryException(message, new SQLException(message, state));
  }

  /** Holds the first one up until the others have come. */
  private Set<RunId> save(List<Run> runs) {
    groups.add(runs);
    if (runs.contains(first)) {
      busy.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    if (away || Thread.currentThread().isInterrupted()) { // as a pool of connections does
      throw AWAY;
    }
    if (runs.stream().anyMatch(run -> run.id().equals(refused))) {
      throw REFUSED;
    }
    return runs.stream().map(Run::id).collect(Collectors.toSet());
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private Future<Boolean> whileTheFirstIsSaved(List<Run> others, List<Future<Boolean>> saved)
      throws InterruptedException {
    Future<Boolean> ofFirst = threads.submit(() -> commit.save(first));
    busy.await();
    for (Run run : others) {
      int before = commit.waiting();
      saved.add(threads.submit(() -> commit.save(run)));
      await().atMost(Duration.ofMinutes(2)).until(() -> commit.waiting() > before);
    }
    return ofFirst;
  }

  @Test
  void those_who_come_while_one_is_saved_share_the_next_transaction() throws Exception {
    List<Run> others = Stream.generate(Runs::completed).limit(5).toList();
    List<Future<Boolean>> saved = new ArrayList<>();
    Future<Boolean> ofFirst = whileTheFirstIsSaved(others, saved);

    go.countDown();

    assertThat(ofFirst.get()).isTrue();
    for (Future<Boolean> one : saved) {
      assertThat(one.get()).isTrue();
    }
    assertThat(groups).containsExactly(List.of(first), others);
  }

  @Test
  void a_transaction_has_no_more_than_32_runs_and_each_only_once() throws Exception {
    List<Run> others = new ArrayList<>(Stream.generate(Runs::completed).limit(40).toList());
    others.add(others.get(39));
    List<Future<Boolean>> saved = new ArrayList<>();
    whileTheFirstIsSaved(others, saved);

    go.countDown();

    for (Future<Boolean> one : saved) {
      one.get();
    }
    assertThat(groups.stream().map(List::size)).containsExactly(1, 32, 8, 1);
  }

  @Test
  void a_second_transaction_does_not_wait_for_the_first_if_two_are_allowed() throws Exception {
    GroupCommit two = new GroupCommit(2, this::save, Database::isDataError);
    Run second = Runs.completed();
    refused = second.id();
    Future<Boolean> ofFirst = threads.submit(() -> two.save(first));
    busy.await();

    assertThatThrownBy(() -> two.save(second)).isSameAs(REFUSED);

    assertThat(two.save(Runs.completed())).isTrue();
    go.countDown();
    assertThat(ofFirst.get()).isTrue();
    assertThat(groups).hasSize(3);
  }

  @Test
  void one_that_is_refused_spoils_it_for_nobody_else() throws Exception {
    List<Run> others = Stream.generate(Runs::completed).limit(3).toList();
    List<Future<Boolean>> saved = new ArrayList<>();
    whileTheFirstIsSaved(others, saved);
    refused = others.get(1).id();

    go.countDown();

    assertThat(saved.get(0).get()).isTrue();
    assertThatThrownBy(() -> saved.get(1).get())
        .isInstanceOf(ExecutionException.class)
        .hasCause(REFUSED);
    assertThat(saved.get(2).get()).isTrue();
  }

  @Test
  void nobody_waits_twice_for_a_database_that_is_away() throws Exception {
    List<Run> others = Stream.generate(Runs::completed).limit(3).toList();
    List<Future<Boolean>> saved = new ArrayList<>();
    Future<Boolean> ofFirst = whileTheFirstIsSaved(others, saved);
    away = true;

    go.countDown();

    saved.add(ofFirst);
    for (Future<Boolean> one : saved) {
      assertThatThrownBy(one::get).hasCause(AWAY);
    }
    assertThat(groups).hasSize(1);
    away = false;
    assertThat(commit.save(Runs.completed())).isTrue();
  }

  @Test
  void an_interrupt_is_kept_for_later() {
    go.countDown();
    Thread.currentThread().interrupt();

    assertThat(commit.save(first)).isTrue();

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void a_thread_that_is_interrupted_while_it_waits_spoils_it_for_nobody() throws Exception {
    List<Run> others = Stream.generate(Runs::completed).limit(3).toList();
    List<Thread> waiting = new CopyOnWriteArrayList<>();
    List<Future<Boolean>> saved = new ArrayList<>();
    Future<Boolean> ofFirst = threads.submit(() -> commit.save(first));
    busy.await();
    for (Run run : others) {
      int before = commit.waiting();
      saved.add(
          threads.submit(
              () -> {
                waiting.add(Thread.currentThread());
                return commit.save(run) && Thread.interrupted();
              }));
      await().until(() -> commit.waiting() > before);
    }
    waiting.forEach(Thread::interrupt);

    go.countDown();

    assertThat(ofFirst.get()).isTrue();
    for (Future<Boolean> one : saved) {
      assertThat(one.get()).describedAs("saved, and interrupted afterwards").isTrue();
    }
  }

  @Test
  void a_thread_that_is_interrupted_while_it_saves_for_others_saves_again() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    GroupCommit group =
        new GroupCommit(
            1,
            runs -> {
              if (tries.incrementAndGet() == 1) {
                Thread.currentThread().interrupt();
                throw AWAY;
              }
              assertThat(Thread.currentThread().isInterrupted()).isFalse();
              return Set.of(runs.get(0).id());
            },
            Database::isDataError);

    assertThat(group.save(first)).isTrue();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(tries).hasValue(2);
  }

  @Test
  void a_defect_is_told_to_the_one_who_met_it() {
    GroupCommit broken =
        new GroupCommit(
            1,
            runs -> {
              throw new IllegalStateException("broken");
            },
            Database::isDataError);

    assertThatThrownBy(() -> broken.save(first)).hasMessage("broken");
    GroupCommit without =
        new GroupCommit(
            1,
            runs -> {
              throw new NoClassDefFoundError("driver");
            },
            Database::isDataError);
    assertThatThrownBy(() -> without.save(first)).isInstanceOf(NoClassDefFoundError.class);
  }
}
