package dev.runregistry.http;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.Json;
import dev.runregistry.http.internal.output.OutputDirectory;
import dev.runregistry.http.internal.request.CompareQuery;
import dev.runregistry.json.LastMetrics;
import dev.runregistry.json.RunJson;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.compare.RunDifference;
import dev.runregistry.run.compare.RunDifferences;
import dev.runregistry.run.service.RunRegistry;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares two runs, as {@code registry diff} does. */
final class CompareRoutes {
  private static final Logger log = LoggerFactory.getLogger(CompareRoutes.class);

  private final RunRegistry registry;
  private final ServerConfig config;

  CompareRoutes(RunRegistry registry, ServerConfig config) {
    this.registry = registry;
    this.config = config;
  }

  void addTo(Routes routes) {
    routes.get("/api/tunix/runs/diff", this::compare);
  }

  private void compare(Context ctx) {
    CompareQuery query = CompareQuery.read(ctx.queryString());
    Run one = run(query.one());
    Run other = run(query.other());
    List<RunDifference> differences =
        RunDifferences.between(one, other).stream().filter(this::isShown).toList();
    List<RunDifference> metrics = LastMetrics.sideBySide(metrics(one), metrics(other));
    Routes.json(
        ctx,
        Json.write(
            json -> RunJson.writeComparison(json, one.id(), other.id(), differences, metrics)));
  }

  private Run run(RunId id) {
    return registry.find(id).orElseThrow(() -> RunRoutes.noRun(id));
  }

  private boolean isShown(RunDifference difference) {
    return config.showCommand() || !difference.field().equals(RunDifferences.COMMAND);
  }

  /** Returns the metrics of the run; empty if it has none, or none that the operator shows. */
  private Map<String, String> metrics(Run run) {
    try {
      Optional<FileChannel> found =
          OutputDirectory.of(run, config.artifactsRoot()).open(LastMetrics.FILE);
      if (found.isEmpty()) {
        return Map.of();
      }
      try (FileChannel file = found.get()) {
        return LastMetrics.of(file);
      }
    } catch (HttpProblem | IOException e) {
      log.debug("no metrics of run {}", run.id(), e);
      return Map.of();
    }
  }
}
