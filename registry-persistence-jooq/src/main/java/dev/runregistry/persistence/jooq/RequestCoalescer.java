package dev.runregistry.persistence.jooq;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets threads that ask at the same time share one visit to the database: while one is under way,
 * those who come wait for it to end, and then one of them asks for all. An answer is never older
 * than the wish for it: a visit that has begun takes nobody along any more. Who is alone waits for
 * nobody. Safe for use by many threads.
 *
 * @param <Q> what is asked; equal for equal questions
 * @param <A> the answer, immutable
 */
final class RequestCoalescer<Q, A> {
  /** So many different questions are asked at once; with the largest output, a megabyte. */
  private static final int MOST = 32;

  private final Function<Q, ?> queue;
  private final Function<Set<Q>, Map<Q, A>> asking;
  private final Duration patience;
  private final Map<Object, Turn<Q, A>> latest = new ConcurrentHashMap<>();

  private RequestCoalescer(
      Function<Q, ?> queue, Function<Set<Q>, Map<Q, A>> asking, Duration patience) {
    this.queue = queue;
    this.asking = asking;
    this.patience = patience;
  }

  /**
   * Where only equal questions can share an answer; different ones do not wait for each other.
   *
   * @param patience how long a question waits for the one before; after that it goes beside it,
   *     because a database that does not answer is no reason to wait twice
   */
  static <Q, A> RequestCoalescer<Q, A> ofEqual(Function<Q, A> asking, Duration patience) {
    return new RequestCoalescer<>(
        question -> question,
        same -> same.stream().collect(Collectors.toMap(Function.identity(), asking)),
        patience);
  }

  /**
   * Where different questions can be asked at once.
   *
   * @param asking answers each of them
   * @param patience as above
   */
  static <Q, A> RequestCoalescer<Q, A> ofAll(
      Function<Set<Q>, Map<Q, A>> asking, Duration patience) {
    return new RequestCoalescer<>(question -> "all", asking, patience);
  }

  /** One visit: takes those along who come before it begins. */
  private static final class Turn<Q, A> {
    private final CompletableFuture<Map<Q, A>> answers = new CompletableFuture<>();
    private final Set<Q> questions = new HashSet<>();
    private @Nullable Turn<Q, A> before; // until it has begun
    private boolean begun;
    private int company;

    Turn(Q question) {
      questions.add(question);
    }

    synchronized boolean takesAlong(Q question) {
      if (begun || (questions.size() == MOST && !questions.contains(question))) {
        return false;
      }
      company++;
      questions.add(question);
      return true;
    }

    private synchronized Set<Q> begin() {
      begun = true;
      before = null;
      return questions;
    }

    private synchronized int company() {
      return company;
    }

    private synchronized boolean hasBegun() {
      return begun;
    }
  }

  /**
   * The answer, by a visit that began after this call.
   *
   * @throws RuntimeException what asking threw, the same for all who share it
   */
  A ask(Q question) {
    Object key = queue.apply(question);
    Turn<Q, A> mine = new Turn<>(question);
    Turn<Q, A> turn =
        latest.compute(
            key,
            (same, last) -> {
              if (last != null && last.takesAlong(question)) {
                return last;
              }
              mine.before = last;
              return mine;
            });
    Map<Q, A> answers = turn == mine ? askForAll(key, mine) : answersOf(turn);
    return requireNonNull(answers.get(question), "no answer");
  }

  private Map<Q, A> askForAll(Object key, Turn<Q, A> mine) {
    boolean interrupted = Thread.interrupted(); // it is not for those who are taken along
    try {
      interrupted |= waitForTheOneBefore(mine.before);
      Set<Q> questions = mine.begin();
      Map<Q, A> answers;
      try {
        interrupted |= Thread.interrupted(); // it may have come while waiting
        answers = asking.apply(questions);
      } catch (RuntimeException e) {
        if (!Thread.interrupted()) {
          throw e;
        }
        interrupted = true; // connections cannot be had under it, and the others want an answer
        answers = asking.apply(questions);
      }
      mine.answers.complete(answers);
      return answers;
    } catch (RuntimeException e) {
      mine.answers.completeExceptionally(e);
      throw e;
    } catch (Error e) {
      mine.answers.completeExceptionally(new IllegalStateException("asking broke", e));
      throw e;
    } finally {
      latest.remove(key, mine);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether somebody wanted this thread to stop meanwhile. */
  private boolean waitForTheOneBefore(@Nullable Turn<Q, A> before) {
    if (before == null) {
      return false;
    }
    try {
      before.answers.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false; // what became of it is no matter to the next
    } catch (InterruptedException e) {
      return true;
    }
    return false;
  }

  private static <Q, A> Map<Q, A> answersOf(Turn<Q, A> turn) {
    try {
      return turn.answers.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** How many wait for the answer to somebody else's question. */
  int company() {
    return latest.values().stream().mapToInt(Turn::company).sum();
  }

  /** Whether somebody is about to ask that. */
  boolean hasNextFor(Q question) {
    Turn<Q, A> last = latest.get(queue.apply(question));
    return last != null && !last.hasBegun();
  }

  /** How many visits are under way that nobody has followed yet. */
  int underWay() {
    return latest.size();
  }
}
