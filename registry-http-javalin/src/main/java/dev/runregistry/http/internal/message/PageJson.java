package dev.runregistry.http.internal.message;

import dev.runregistry.json.RunJson;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import org.jspecify.annotations.Nullable;

/**
 * Renders list pages and caches the last one: polling clients request the same page repeatedly, and
 * comparing two pages costs less than rendering one. Thread-safe.
 */
public final class PageJson {
  private final boolean withCommands;
  private volatile @Nullable Written last;

  /** Creates a renderer of pages whose runs have their command, or null instead. */
  public PageJson(boolean withCommands) {
    this.withCommands = withCommands;
  }

  private static final class Written {
    private final RunPage page;
    private final RunQuery query;
    private final byte[] json;

    Written(RunPage page, RunQuery query, byte[] json) {
      this.page = page;
      this.query = query;
      this.json = json;
    }

    boolean is(RunPage wanted, RunQuery wantedBy) {
      return page.equals(wanted) && query.equals(wantedBy);
    }
  }

  /** Returns the rendered page for the query; must not be modified. */
  public byte[] of(RunPage page, RunQuery query) {
    Written known = last;
    if (known == null || !known.is(page, query)) {
      byte[] json = Json.write(out -> RunJson.writePage(out, page, query, withCommands));
      known = new Written(page, query, json);
      last = known;
    }
    return known.json;
  }
}
