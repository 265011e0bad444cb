package dev.runregistry.http.internal.request;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Limits the number of request bodies that are read concurrently, and so the threads and the memory
 * that slow clients can hold. A permit is held from before the first byte of a body until its last.
 */
public final class BodyPermits {
  /**
   * Well below the 250 threads of the server, so that requests without a body never queue behind
   * slow ones. A body takes at most about 200 KB while it is read.
   */
  public static final int MAX_BODIES = 64;

  private static final String ATTRIBUTE = BodyPermits.class.getName();

  private final Semaphore free = new Semaphore(MAX_BODIES);

  /** Returns false if the request has a body that cannot be read now. */
  public boolean tryAcquire(Request request) {
    if (!hasBody(request)) {
      return true;
    }
    if (!free.tryAcquire()) {
      return false;
    }
    Permit permit = new Permit();
    request.setAttribute(ATTRIBUTE, permit);
    Request.addCompletionListener(request, failure -> permit.release());
    return true;
  }

  private static boolean hasBody(Request request) {
    return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
  }

  /** Returns the permit of a request whose body has been read; may be called more than once. */
  public static void release(HttpServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof Permit permit) {
      permit.release();
    }
  }

  private final class Permit {
    private final AtomicBoolean held = new AtomicBoolean(true);

    void release() {
      if (held.compareAndSet(true, false)) {
        free.release();
      }
    }
  }
}
