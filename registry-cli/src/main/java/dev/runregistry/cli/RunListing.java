package dev.runregistry.cli;

import dev.runregistry.run.RunCursor;
import dev.runregistry.run.RunPage;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.RunSummary;
import dev.runregistry.run.service.RunRegistry;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Prints the runs that match, page by page from the database. */
final class RunListing {
  private final RunRegistry registry;
  private final Caller caller;

  RunListing(RunRegistry registry, Caller caller) {
    this.registry = registry;
    this.caller = caller;
  }

  /** One document a line; as many as asked for are never in memory at once. */
  void printJson(RunQuery query, int limit) {
    forEach(query, limit, run -> caller.out().println(RunJson.of(run)));
  }

  /** A table, for people. */
  void printTable(RunQuery query, int limit) {
    List<RunSummary> runs = new ArrayList<>();
    boolean more = forEach(query, limit, runs::add);
    if (runs.isEmpty()) {
      caller.say("no runs");
      return;
    }
    RunTable table = new RunTable(ZoneId.systemDefault(), caller.terminal().hasColour());
    table.lines(runs, caller.terminal().columns()).forEach(caller.out()::println);
    if (more && caller.terminal().isOutput()) {
      caller.out().flush();
      caller.say("there are more runs; --limit says how many are listed");
    }
  }

  /** Returns whether there are more. */
  private boolean forEach(RunQuery query, int limit, Consumer<RunSummary> action) {
    RunPage page = registry.page(query.withLimit(Math.min(limit, RunQuery.MAX_LIMIT)));
    int left = limit;
    while (true) {
      page.runs().forEach(action);
      left -= page.runs().size();
      if (left == 0 || !page.hasNext()) {
        return page.hasNext();
      }
      RunSummary last = page.runs().get(page.runs().size() - 1);
      page =
          registry.page(
              query.withLimit(Math.min(left, RunQuery.MAX_LIMIT)).withAfter(RunCursor.after(last)));
    }
  }
}
