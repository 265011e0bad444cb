package dev.runregistry.http;

import dev.runregistry.http.internal.message.Json;
import dev.runregistry.http.internal.request.QueryParameters;
import dev.runregistry.run.dataset.DatasetEntry;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.service.RunRegistry;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Lists the available datasets. */
final class DatasetRoutes {
  private static final int USUAL_LIMIT = 100;

  private final RunRegistry registry;

  DatasetRoutes(RunRegistry registry) {
    this.registry = registry;
  }

  void addTo(Routes routes) {
    routes.get("/api/datasets", this::list);
  }

  private void list(Context ctx) {
    QueryParameters query = new QueryParameters(ctx.queryString());
    int limit = (int) query.integer("limit", USUAL_LIMIT, 1, DatasetPage.MAX_LIMIT);
    String after = query.filter("after");
    query.throwIfInvalid();
    DatasetPage page = registry.datasets(after == null ? "" : after, limit);
    if (page.hasNext()) {
      ctx.header("Link", "<" + next(page, limit) + ">; rel=\"next\"");
    }
    Routes.json(ctx, json(page));
  }

  private static String next(DatasetPage page, int limit) {
    String last = page.datasets().get(page.datasets().size() - 1).key().value();
    return "datasets?limit=%d&after=%s"
        .formatted(limit, URLEncoder.encode(last, StandardCharsets.UTF_8));
  }

  private static byte[] json(DatasetPage page) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("data");
          for (DatasetEntry entry : page.datasets()) {
            json.writeStartObject();
            json.writeStringField("dataset_key", entry.key().value());
            json.writeFieldName("trace_count");
            json.writeObject(entry.traceCount());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
