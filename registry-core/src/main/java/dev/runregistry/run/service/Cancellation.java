package dev.runregistry.run.service;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.RunId;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The cancellation of one live run: passes the first request to what the run is doing, now or as
 * soon as it does something that can be cancelled. Safe for use by many threads.
 */
final class Cancellation {
  private final RunId id;
  private @Nullable CancelRequest request; // the first one; guarded by this
  private @Nullable Consumer<CancelRequest> target; // guarded by this

  Cancellation(RunId id) {
    this.id = id;
  }

  RunId id() {
    return id;
  }

  /** Passes the request on, unless there was one before. */
  void request(CancelRequest made) {
    Consumer<CancelRequest> action;
    synchronized (this) {
      if (request != null) {
        return;
      }
      request = made;
      action = target;
    }
    if (action != null) {
      action.accept(made);
    }
  }

  /** Returns the first request; empty if there was none. */
  synchronized Optional<CancelRequest> request() {
    return Optional.ofNullable(request);
  }

  /** Sets what a request does from now on, and does it at once if there was one. */
  void onRequest(Consumer<CancelRequest> action) {
    CancelRequest made;
    synchronized (this) {
      target = action;
      made = request;
    }
    if (made != null) {
      action.accept(made);
    }
  }
}
