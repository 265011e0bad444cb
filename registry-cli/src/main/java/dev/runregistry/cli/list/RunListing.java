package dev.runregistry.cli.list;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.service.RunRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Prints the runs that match, page by page from the database. */
public final class RunListing {
  /** The maximum number of windows that are searched unless all runs are asked for. */
  private static final int MOST_WINDOWS = 10;

  private final RunRegistry registry;
  private final Console caller;
  private final Instant now;
  private final boolean coloured;

  /**
   * Creates a list.
   *
   * @param now the time to which ages and short ids refer
   * @param coloured whether a table has colours
   */
  public RunListing(RunRegistry registry, Console caller, Instant now, boolean coloured) {
    this.registry = registry;
    this.caller = caller;
    this.now = now;
    this.coloured = coloured;
  }

  /**
   * How much of a list is printed.
   *
   * @param most the maximum number of runs; empty for all
   * @param complete whether all runs are searched, however long that takes
   */
  public record Extent(OptionalLong most, boolean complete) {}

  /** Prints the list; no more than a block of it is in memory. */
  public void print(RunQuery query, Extent extent, ListFormat format, boolean titled) {
    switch (format) {
      case TABLE, WIDE -> printTable(query, extent, format, titled);
      case JSON ->
          report(query, forEach(query, extent, run -> caller.out().println(JsonLine.of(run))));
      case CSV, TSV -> {
        if (titled) {
          caller.out().println(format.line(RunValues.TITLES));
        }
        report(
            query,
            forEach(query, extent, run -> caller.out().println(format.line(RunValues.of(run)))));
      }
    }
  }

  /** Prints whole ids, one a line. */
  public void printIds(RunQuery query, Extent extent) {
    report(query, forEach(query, extent, run -> caller.out().println(run.id().toString())));
  }

  private void printTable(RunQuery query, Extent extent, ListFormat format, boolean titled) {
    Block block = new Block(format == ListFormat.WIDE, titled);
    Listed listed = forEach(query, extent, block::add);
    block.print();
    if (listed.count == 0) {
      caller.say(
          query.filter().equals(RunFilter.NONE)
              ? "no runs yet; try: registry run -- CMD"
              : "no runs match");
    }
    report(query, listed);
  }

  private void report(RunQuery query, Listed listed) {
    if (listed.searched > 0) {
      caller.out().flush(); // the message belongs after the list
      caller.say(
          query.order().isByCreation()
              ? "searched only the %s %d runs; --all searches all"
                  .formatted(query.order().isDescending() ? "newest" : "oldest", listed.searched)
              : "sorted only the newest %d runs; narrow them with --since, --until, --status or -d"
                  .formatted(listed.searched));
    } else if (listed.more) {
      caller.out().flush();
      caller.say("%d listed, more exist; use --all or -n N".formatted(listed.count));
    }
  }

  /**
   * The result of a listing.
   *
   * @param more whether there are more runs than were listed
   * @param searched the number of runs that were searched, if others were not; else 0
   */
  private record Listed(long count, boolean more, long searched) {}

  private Listed forEach(RunQuery query, Extent extent, Consumer<RunSummary> action) {
    boolean byCreation = query.order().isByCreation();
    long left = extent.most.orElse(Long.MAX_VALUE);
    long count = 0;
    int windows = 0;
    RunQuery next = query;
    while (true) {
      RunPage page = registry.list(next.withLimit((int) Math.min(left, RunQuery.MAX_LIMIT)));
      page.runs().forEach(action);
      left -= page.runs().size();
      count += page.runs().size();
      if (page.searchedTo() != null && !page.hasNext()) {
        windows++;
      }
      boolean hasNext = byCreation ? page.next().isPresent() : page.hasNext();
      if (byCreation && hasNext && windows == MOST_WINDOWS && !extent.complete) {
        return new Listed(count, true, (long) windows * RunQuery.WINDOW);
      }
      if (left == 0 || !hasNext) {
        boolean cut = !byCreation && page.searchedTo() != null;
        return new Listed(count, hasNext, cut ? RunQuery.WINDOW : 0);
      }
      next = byCreation ? query.withAfter(page.next().orElseThrow()) : query.withOffset(count);
    }
  }

  /** The rows of a table that are printed together, because their widths depend on each other. */
  private final class Block {
    private static final int ROWS = 5_000;

    private final RunTable table;
    private final boolean wide;
    private final List<RunSummary> rows = new ArrayList<>();
    private boolean titled;

    Block(boolean wide, boolean titled) {
      this.wide = wide;
      this.titled = !titled;
      table = new RunTable(LocalZone.get(), coloured, wide, now);
    }

    void add(RunSummary run) {
      rows.add(run);
      if (rows.size() == ROWS) {
        print();
      }
    }

    void print() {
      if (!rows.isEmpty()) {
        List<String> lines = table.lines(rows, ids(), caller.terminal().columns());
        lines.subList(titled ? 1 : 0, lines.size()).forEach(caller.out()::println);
        titled = true;
        rows.clear();
      }
    }

    private ShortIds ids() {
      if (wide) {
        return ShortIds.whole();
      }
      List<RunId> ids = rows.stream().map(RunSummary::id).toList();
      return ShortIds.of(ids, registry.neighbours(ids), now);
    }
  }
}
