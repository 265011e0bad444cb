package dev.runregistry.chaos;

import dev.runregistry.run.port.ExecutionHandle;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a registry: every call of a port is one, with a moment before and one after it. At
 * the chosen moment the JVM stops, without a last word, as if by kill -9.
 */
final class Steps {
  /** A submitted run as a registry without faults carries it out, in this order. */
  static final List<String> OF_SUBMIT =
      List.of("begin", "save", "bind", "start", "await", "end", "save", "archive", "unlock");

  /** The moment at which the command of a submitted run has ended and nothing is noted yet. */
  static final int AFTER_EXECUTE = 2 * OF_SUBMIT.indexOf("await") + 1;

  /** How many more there are of a run that is enqueued and dispatched. */
  static final int OF_QUEUE = 12;

  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "name",
          "hasQueue",
          "endsWithHost",
          "identity",
          "workspace",
          "cancelRequest",
          "waiting",
          "waitingNow",
          "depth",
          "held",
          "allocation",
          "isPaused",
          "isLocked");

  private final int fatal;
  private final @Nullable String fatalStep;
  private final AtomicInteger moments = new AtomicInteger();
  private final List<String> seen = new ArrayList<>();

  /**
   * Counts moments from zero.
   *
   * @param fatal the one at which it all stops; negative for none
   */
  Steps(int fatal) {
    this(fatal, null);
  }

  private Steps(int fatal, @Nullable String fatalStep) {
    this.fatal = fatal;
    this.fatalStep = fatalStep;
  }

  /** Of a number, as {@link #Steps(int)}; or of a step, before which it waits to be killed. */
  static Steps until(String moment) {
    return moment.matches("-?\\d+") ? new Steps(Integer.parseInt(moment)) : new Steps(-1, moment);
  }

  /** The same port, every call of which is a step. */
  <T> T of(Class<T> type, T port) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              boolean isStep = !WITHOUT_EFFECT.contains(method.getName());
              if (isStep) {
                moment(method.getName());
              }
              try {
                Object answer = method.invoke(port, arguments);
                if (isStep) {
                  moment(method.getName());
                }
                return answer instanceof ExecutionHandle handle
                    ? of(ExecutionHandle.class, handle)
                    : answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private synchronized void moment(String step) {
    seen.add(step);
    if (moments.getAndIncrement() == fatal) {
      Runtime.getRuntime().halt(137);
    }
    while (step.equals(fatalStep)) {
      LockSupport.park();
    }
  }

  /** Each step once, in the order of their beginnings. */
  synchronized List<String> seen() {
    List<String> steps = new ArrayList<>();
    for (int i = 0; i < seen.size(); i += 2) {
      steps.add(seen.get(i));
    }
    return steps;
  }
}
