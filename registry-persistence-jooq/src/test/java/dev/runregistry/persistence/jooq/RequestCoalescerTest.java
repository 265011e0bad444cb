package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.runregistry.run.port.RepositoryException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestCoalescerTest {
  private static final RepositoryException AWAY =
      new RepositoryException("away", new IOException("refused"));

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch firstIsAsked = new CountDownLatch(1);
  private final Semaphore go = new Semaphore(0);
  private volatile boolean away;
  private volatile boolean broken;
  private volatile boolean interrupting;

  private final RequestCoalescer<String, String> questions = questions(Duration.ofMinutes(5));

  private RequestCoalescer<String, String> questions(Duration maxWait) {
    return RequestCoalescer.singleFlight(this::answer, maxWait);
  }

  /** Holds the first question up. */
  private String answer(String question) {
    int number = asked.incrementAndGet();
    if (number == 1) {
      firstIsAsked.countDown();
      go.acquireUninterruptibly();
    }
    if (interrupting) { // as a pool of connections does under an interrupt
      interrupting = false;
      Thread.currentThread().interrupt();
      throw AWAY;
    }
    if (away) {
      throw AWAY;
    }
    if (broken) {
      throw new NoClassDefFoundError("broken");
    }
    return question + " " + number;
  }

  @AfterEach
  void stop() {
    go.release();
    threads.shutdownNow();
  }

  private Future<String> firstUnderWay() throws InterruptedException {
    Future<String> first = threads.submit(() -> questions.get("list"));
    firstIsAsked.await();
    return first;
  }

  private List<Future<String>> others(int number) {
    List<Future<String>> others = new ArrayList<>();
    others.add(threads.submit(() -> questions.get("list")));
    await().atMost(Duration.ofMinutes(2)).until(() -> questions.hasNextFor("list"));
    for (int i = 1; i < number; i++) {
      int waiters = i;
      others.add(threads.submit(() -> questions.get("list")));
      await().atMost(Duration.ofMinutes(2)).until(() -> questions.waiters() == waiters);
    }
    return others;
  }

  @Test
  void those_who_ask_while_a_question_is_under_way_share_the_next_one() throws Exception {
    Future<String> first = firstUnderWay();
    List<Future<String>> others = others(20);
    go.release();

    assertThat(first.get()).isEqualTo("list 1");
    for (Future<String> other : others) {
      assertThat(other.get()).isEqualTo("list 2"); // never that of the one that had begun before
    }
    assertThat(asked).hasValue(2);
    assertThat(questions.inFlight()).isZero();
  }

  @Test
  void different_questions_do_not_wait_for_each_other() throws Exception {
    Future<String> first = firstUnderWay();

    assertThat(questions.get("another list")).isEqualTo("another list 2");

    go.release();
    assertThat(first.get()).isEqualTo("list 1");
  }

  /** Holds the first visit up. */
  private Map<String, String> answers(Set<String> questions) {
    String number = answer("visit");
    return questions.stream().collect(Collectors.toMap(one -> one, one -> one + " by " + number));
  }

  @Test
  void different_questions_that_can_be_asked_at_once_share_the_next_visit() throws Exception {
    RequestCoalescer<String, String> together =
        RequestCoalescer.batching(this::answers, Duration.ofMinutes(5));
    Future<String> first = threads.submit(() -> together.get("0"));
    firstIsAsked.await();
    List<Future<String>> others = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      String question = String.valueOf(i);
      others.add(threads.submit(() -> together.get(question)));
      int waiters = i <= 32 ? i - 1 : i - 33; // each visit has one who asks
      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> together.hasNextFor("any") && together.waiters() == waiters);
    }
    go.release();

    assertThat(first.get()).isEqualTo("0 by visit 1");
    for (int i = 1; i <= 40; i++) {
      assertThat(others.get(i - 1).get()).isEqualTo(i + " by visit " + (i <= 32 ? 2 : 3));
    }
    assertThat(asked).hasValue(3);
    assertThat(together.inFlight()).isZero();
  }

  @Test
  void a_question_that_is_not_answered_holds_the_next_one_up_no_longer_than_the_patience()
      throws Exception {
    RequestCoalescer<String, String> impatient = questions(Duration.ofMillis(1));
    Future<String> first = threads.submit(() -> impatient.get("list"));
    firstIsAsked.await();

    assertThat(impatient.get("list")).isEqualTo("list 2");
    assertThat(impatient.get("list")).isEqualTo("list 3");

    go.release();
    assertThat(first.get()).isEqualTo("list 1");
    assertThat(impatient.inFlight()).isZero();
  }

  @Test
  void all_who_share_a_question_hear_of_its_failure_and_the_next_one_is_asked_anew()
      throws Exception {
    Future<String> first = firstUnderWay();
    List<Future<String>> others = others(3);
    away = true;
    go.release();

    assertThatThrownBy(first::get).isInstanceOf(ExecutionException.class).hasCause(AWAY);
    for (Future<String> other : others) {
      assertThatThrownBy(other::get).isInstanceOf(ExecutionException.class).hasCause(AWAY);
    }
    away = false;
    assertThat(questions.get("list")).isEqualTo("list 3");
  }

  @Test
  void an_error_of_the_jvm_leaves_nobody_waiting() throws Exception {
    Future<String> first = firstUnderWay();
    List<Future<String>> others = others(2);
    broken = true;
    go.release();

    assertThatThrownBy(first::get).hasCauseInstanceOf(NoClassDefFoundError.class);
    assertThatThrownBy(others.get(0)::get).hasCauseInstanceOf(NoClassDefFoundError.class);
    assertThatThrownBy(others.get(1)::get).hasCauseInstanceOf(IllegalStateException.class);
    assertThat(questions.inFlight()).isZero();
  }

  @Test
  void who_is_interrupted_still_asks_for_those_who_are_taken_along() throws Exception {
    Future<String> first = firstUnderWay();
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    Thread query =
        new Thread(
            () -> {
              questions.get("list");
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    query.start();
    await().atMost(Duration.ofMinutes(2)).until(() -> questions.hasNextFor("list"));
    Future<String> waiters = threads.submit(() -> questions.get("list"));
    await().atMost(Duration.ofMinutes(2)).until(() -> questions.waiters() == 1);

    query.interrupt();

    assertThat(waiters.get()).isEqualTo("list 2");
    query.join();
    assertThat(stillInterrupted).isTrue();
    go.release();
    assertThat(first.get()).isEqualTo("list 1");
  }

  @Test
  void who_is_interrupted_while_asking_for_others_asks_again() {
    go.release();
    interrupting = true;

    assertThat(questions.get("list")).isEqualTo("list 2");

    assertThat(Thread.interrupted()).isTrue();
  }
}
