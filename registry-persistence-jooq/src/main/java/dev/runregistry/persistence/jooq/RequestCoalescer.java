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
  private static final int MAX_BATCH_SIZE = 32;

  private final Function<Q, ?> queue;
  private final Function<Set<Q>, Map<Q, A>> query;
  private final Duration maxWait;
  private final Map<Object, Batch<Q, A>> latest = new ConcurrentHashMap<>();

  private RequestCoalescer(
      Function<Q, ?> queue, Function<Set<Q>, Map<Q, A>> query, Duration maxWait) {
    this.queue = queue;
    this.query = query;
    this.maxWait = maxWait;
  }

  /**
   * Returns a coalescer where only equal queries share a result; different ones do not wait for
   * each other.
   *
   * @param maxWait the maximum wait for the batch before; after that it runs beside it, because a
   *     database that does not answer is no reason to wait twice
   */
  static <Q, A> RequestCoalescer<Q, A> singleFlight(Function<Q, A> query, Duration maxWait) {
    return new RequestCoalescer<>(
        question -> question,
        same -> same.stream().collect(Collectors.toMap(Function.identity(), query)),
        maxWait);
  }

  /**
   * Returns a coalescer where different queries are batched.
   *
   * @param query returns the result of each query
   * @param maxWait as for {@link #singleFlight}
   */
  static <Q, A> RequestCoalescer<Q, A> batching(
      Function<Set<Q>, Map<Q, A>> query, Duration maxWait) {
    return new RequestCoalescer<>(question -> "all", query, maxWait);
  }

  /** One batch, which callers can join until it begins. */
  private static final class Batch<Q, A> {
    private final CompletableFuture<Map<Q, A>> answers = new CompletableFuture<>();
    private final Set<Q> questions = new HashSet<>();
    private @Nullable Batch<Q, A> before; // until it has begun
    private boolean begun;
    private int waiters;

    Batch(Q question) {
      questions.add(question);
    }

    synchronized boolean tryJoin(Q question) {
      if (begun || (questions.size() == MAX_BATCH_SIZE && !questions.contains(question))) {
        return false;
      }
      waiters++;
      questions.add(question);
      return true;
    }

    private synchronized Set<Q> begin() {
      begun = true;
      before = null;
      return questions;
    }

    private synchronized int waiters() {
      return waiters;
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
  A get(Q question) {
    Object key = queue.apply(question);
    Batch<Q, A> mine = new Batch<>(question);
    Batch<Q, A> turn =
        latest.compute(
            key,
            (same, last) -> {
              if (last != null && last.tryJoin(question)) {
                return last;
              }
              mine.before = last;
              return mine;
            });
    Map<Q, A> answers = turn == mine ? queryForAll(key, mine) : answersOf(turn);
    return requireNonNull(answers.get(question), "no answer");
  }

  private Map<Q, A> queryForAll(Object key, Batch<Q, A> mine) {
    boolean interrupted = Thread.interrupted(); // it does not concern the other callers
    try {
      interrupted |= awaitPrevious(mine.before);
      Set<Q> questions = mine.begin();
      Map<Q, A> answers;
      try {
        interrupted |= Thread.interrupted(); // it may have come while waiting
        answers = query.apply(questions);
      } catch (RuntimeException e) {
        if (!Thread.interrupted()) {
          throw e;
        }
        interrupted = true; // no connection can be opened while it is set, and others wait for this
        answers = query.apply(questions);
      }
      mine.answers.complete(answers);
      return answers;
    } catch (RuntimeException e) {
      mine.answers.completeExceptionally(e);
      throw e;
    } catch (Error e) {
      mine.answers.completeExceptionally(new IllegalStateException("query broke", e));
      throw e;
    } finally {
      latest.remove(key, mine);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns whether this thread was interrupted meanwhile. */
  private boolean awaitPrevious(@Nullable Batch<Q, A> before) {
    if (before == null) {
      return false;
    }
    try {
      before.answers.get(maxWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false; // its failure does not concern the next batch
    } catch (InterruptedException e) {
      return true;
    }
    return false;
  }

  private static <Q, A> Map<Q, A> answersOf(Batch<Q, A> turn) {
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
  int waiters() {
    return latest.values().stream().mapToInt(Batch::waiters).sum();
  }

  /** Returns whether a batch that has not begun includes that queue. */
  boolean hasNextFor(Q question) {
    Batch<Q, A> last = latest.get(queue.apply(question));
    return last != null && !last.hasBegun();
  }

  /** Returns the number of batches in progress that have no successor yet. */
  int inFlight() {
    return latest.size();
  }
}
