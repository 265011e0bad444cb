package dev.runregistry.persistence.jooq;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets threads that ask the same at the same time share one answer: while a question is under way,
 * those who come with the same one wait for it to end, and then one of them asks for all. An answer
 * is never older than the wish for it: a question that has begun takes nobody along any more. Who
 * is alone waits for nobody. Safe for use by many threads.
 *
 * @param <Q> what is asked; equal for equal questions
 * @param <A> the answer, immutable
 */
final class SharedQuestions<Q, A> {
  private final Function<Q, A> asking;
  private final Duration patience;
  private final Map<Q, Turn<A>> latest = new ConcurrentHashMap<>();

  /**
   * For one kind of question.
   *
   * @param patience how long a question waits for the one before; after that it goes beside it,
   *     because a database that does not answer is no reason to wait twice
   */
  SharedQuestions(Function<Q, A> asking, Duration patience) {
    this.asking = asking;
    this.patience = patience;
  }

  /** One question: takes those along who come before it begins. */
  private static final class Turn<A> {
    private final CompletableFuture<A> answer = new CompletableFuture<>();
    private @Nullable Turn<A> before; // until it has begun
    private boolean begun;
    private int company;

    synchronized boolean takesAlong() {
      company += begun ? 0 : 1;
      return !begun;
    }

    private synchronized void begin() {
      begun = true;
      before = null;
    }

    private synchronized int company() {
      return company;
    }

    private synchronized boolean hasBegun() {
      return begun;
    }
  }

  /**
   * The answer to a question that began after this call.
   *
   * @throws RuntimeException what asking threw, the same for all who share it
   */
  A ask(Q question) {
    Turn<A> mine = new Turn<>();
    Turn<A> turn =
        latest.compute(
            question,
            (same, last) -> {
              if (last != null && last.takesAlong()) {
                return last;
              }
              mine.before = last;
              return mine;
            });
    return turn == mine ? askForAll(question, mine) : answerOf(turn);
  }

  private A askForAll(Q question, Turn<A> mine) {
    boolean interrupted = Thread.interrupted(); // it is not for those who are taken along
    try {
      interrupted |= waitForTheOneBefore(mine.before);
      mine.begin();
      A answer = asking.apply(question);
      mine.answer.complete(answer);
      return answer;
    } catch (RuntimeException e) {
      mine.answer.completeExceptionally(e);
      throw e;
    } catch (Error e) {
      mine.answer.completeExceptionally(new IllegalStateException("asking broke", e));
      throw e;
    } finally {
      latest.remove(question, mine);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether somebody wanted this thread to stop meanwhile. */
  private boolean waitForTheOneBefore(@Nullable Turn<A> before) {
    if (before == null) {
      return false;
    }
    try {
      before.answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false; // what became of it is no matter to the next
    } catch (InterruptedException e) {
      return true;
    }
    return false;
  }

  private static <A> A answerOf(Turn<A> turn) {
    try {
      return turn.answer.join();
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
    Turn<A> last = latest.get(question);
    return last != null && !last.hasBegun();
  }

  /** How many different questions are under way. */
  int underWay() {
    return latest.size();
  }
}
