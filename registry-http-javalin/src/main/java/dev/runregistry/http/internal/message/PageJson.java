package dev.runregistry.http.internal.message;

import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import org.jspecify.annotations.Nullable;

/**
 * Writes pages, and keeps the last one: all who watch the list ask for the same one again and
 * again, and to compare two pages is less work than to write one. Safe for use by many threads.
 */
public final class PageJson {
  private volatile @Nullable Written last;

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

  /** The page that this query asked for; not to be changed. */
  public byte[] of(RunPage page, RunQuery query) {
    Written known = last;
    if (known == null || !known.is(page, query)) {
      known = new Written(page, query, RunJson.page(page, query));
      last = known;
    }
    return known.json;
  }
}
