package dev.runregistry.testkit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.CancelRequests;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/** Keeps requests to cancel runs while the JVM lives, under the same rules as a database. */
public final class InMemoryCancelRequests implements CancelRequests {
  private final ConcurrentMap<RunId, CancelRequest> requests = new ConcurrentHashMap<>();

  /** Creates one without requests. */
  public InMemoryCancelRequests() {}

  @Override
  public void add(RunId id, CancelRequest request) {
    requests.putIfAbsent(id, requireNonNull(request, "request"));
  }

  @Override
  public Map<RunId, CancelRequest> find(Collection<RunId> ids) {
    Map<RunId, CancelRequest> found = new HashMap<>();
    for (RunId id : ids) {
      CancelRequest request = requests.get(id);
      if (request != null) {
        found.put(id, request);
      }
    }
    return found;
  }

  @Override
  public Map<RunId, CancelRequest> newest(int limit) {
    return requests.entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<RunId, CancelRequest> each) -> each.getValue().at())
                .reversed())
        .limit(limit)
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
