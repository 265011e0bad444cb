package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.cli.text.RunTable;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.service.RunRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Prints the runs that match, page by page from the database. */
public final class RunListing {
  private final RunRegistry registry;
  private final Console caller;

  public RunListing(RunRegistry registry, Console caller) {
    this.registry = registry;
    this.caller = caller;
  }

  /** One document a line; as many as are listed are never in memory at once. */
  public void printJson(RunQuery query, OptionalLong most) {
    report(forEach(query, most, run -> caller.out().println(JsonLine.of(run))));
  }

  /** A table, for people; no more than a block of it is in memory. */
  public void printTable(RunQuery query, OptionalLong most) {
    Block block = new Block();
    Listed listed = forEach(query, most, block::add);
    block.print();
    if (listed.count == 0) {
      caller.say("no runs");
    }
    report(listed);
  }

  private void report(Listed listed) {
    if (listed.more) {
      caller.out().flush(); // the message belongs after the list
      caller.say("%d listed, more exist; use --all or -n N".formatted(listed.count));
    }
  }

  /**
   * The result of a listing.
   *
   * @param more whether there are more runs than were listed
   */
  private record Listed(long count, boolean more) {}

  private Listed forEach(RunQuery query, OptionalLong most, Consumer<RunSummary> action) {
    long left = most.orElse(Long.MAX_VALUE);
    long count = 0;
    RunPage page = registry.list(query.withLimit((int) Math.min(left, RunQuery.MAX_LIMIT)));
    while (true) {
      page.runs().forEach(action);
      left -= page.runs().size();
      count += page.runs().size();
      if (left == 0 || !page.hasNext()) {
        return new Listed(count, page.hasNext());
      }
      RunSummary last = page.runs().get(page.runs().size() - 1);
      int size = (int) Math.min(left, RunQuery.MAX_LIMIT);
      page = registry.list(query.withLimit(size).withAfter(RunCursor.after(last)));
    }
  }

  /** The rows of a table that are printed together, because their widths depend on each other. */
  private final class Block {
    private static final int ROWS = 5_000;

    private final RunTable table = new RunTable(LocalZone.get(), caller.terminal().hasColour());
    private final List<RunSummary> rows = new ArrayList<>();
    private boolean titled;

    void add(RunSummary run) {
      rows.add(run);
      if (rows.size() == ROWS) {
        print();
      }
    }

    void print() {
      if (!rows.isEmpty()) {
        List<String> lines = table.lines(rows, caller.terminal().columns());
        lines.subList(titled ? 1 : 0, lines.size()).forEach(caller.out()::println);
        titled = true;
        rows.clear();
      }
    }
  }
}
