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
 * Coalesces concurrent queries: while one is in progress, later callers wait for it to end, and
 * then one of them queries for all. A result is never older than the request: callers only join a
 * batch that has not started. An uncontended call is not delayed. Safe for use by many threads.
 *
 * @param <Q> the query; equal for equal queries
 * @param <A> the result, immutable
 */
final class RequestCoalescer<Q, A> {
  /** The maximum number of different queries in a batch; with the largest output, a megabyte. */
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
   * Returns a coalescer where only equal queries share a result; different ones do not wait for
   * each other.
   *
   * @param patience the maximum wait for the batch before; after that it runs beside it, because a
   *     database that does not answer is no reason to wait twice
   */
  static <Q, A> RequestCoalescer<Q, A> ofEqual(Function<Q, A> asking, Duration patience) {
    return new RequestCoalescer<>(
        question -> question,
        same -> same.stream().collect(Collectors.toMap(Function.identity(), asking)),
        patience);
  }

  /**
   * Returns a coalescer where different queries are batched.
   *
   * @param asking returns the result of each query
   * @param patience as for {@link #ofEqual}
   */
  static <Q, A> RequestCoalescer<Q, A> ofAll(
      Function<Set<Q>, Map<Q, A>> asking, Duration patience) {
    return new RequestCoalescer<>(question -> "all", asking, patience);
  }

  /** One batch, which callers can join until it begins. */
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
   * Returns the result, from a batch that began after this call.
   *
   * @throws RuntimeException the failure of the batch, the same for all its callers
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
    boolean interrupted = Thread.interrupted(); // it does not concern the other callers
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
        interrupted = true; // no connection can be opened while it is set, and others wait for this
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

  /** Returns whether this thread was interrupted meanwhile. */
  private boolean waitForTheOneBefore(@Nullable Turn<Q, A> before) {
    if (before == null) {
      return false;
    }
    try {
      before.answers.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false; // its failure does not concern the next batch
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

  /** Returns the number of callers that wait for the batch of another. */
  int company() {
    return latest.values().stream().mapToInt(Turn::company).sum();
  }

  /** Returns whether a batch that has not begun includes that queue. */
  boolean hasNextFor(Q question) {
    Turn<Q, A> last = latest.get(queue.apply(question));
    return last != null && !last.hasBegun();
  }

  /** Returns the number of batches in progress that have no successor yet. */
  int underWay() {
    return latest.size();
  }
}
