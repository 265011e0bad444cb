package dev.runregistry.cli.list;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Pager;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.query.RunOrder;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that select the runs of a list, its order and its format. */
public final class ListOptions {
  /** The fields that a list can be sorted by. */
  public static final List<String> FIELDS = List.of("created", "started", "duration");

  /** When a list has colours. */
  public static final List<String> COLORS = List.of("auto", "always", "never");

  private static final Duration LEAST_INTERVAL = Duration.ofSeconds(1);

  @ArgGroup(validate = false, heading = FilterOptions.HEADING)
  private FilterOptions filters = new FilterOptions();

  @ArgGroup(validate = false, heading = "%nOrder and format:%n")
  private Format format = new Format();

  /** The order of a list, its length and its format. */
  static final class Format {
    @Option(
        names = "--sort",
        paramLabel = "FIELD",
        description = "created (default), started or duration; newest, latest or longest first.")
    private @Nullable String sort;

    @Option(
        names = {"-r", "--reverse"},
        description = "Reverse the order.")
    private boolean reverse;

    @Option(
        names = {"-n", "--limit", "--last"},
        paramLabel = "N",
        description =
            "Maximum number of runs to list; 0 for all (default: "
                + RunQuery.DEFAULT_LIMIT
                + ", all if not in a table).")
    private @Nullable Integer limit;

    @Option(
        names = {"-a", "--all"},
        description = "List all runs, and search all for --grep, --model, --exit, --reason.")
    private boolean all;

    @Option(
        names = {"-o", "--format"},
        paramLabel = "FORMAT",
        description =
            "table (default), wide (all columns, nothing shortened), json (one object per run, in"
                + " the API's format), csv or tsv.")
    private @Nullable String format;

    @Option(names = "--json", description = "Short for --format json.")
    private boolean json;

    @Option(names = "--no-trunc", description = "Short for --format wide.")
    private boolean wide;

    @Option(
        names = {"-q", "--quiet"},
        description = "Print run IDs only.")
    private boolean quiet;

    @Option(
        names = {"-w", "--watch"},
        arity = "0..1",
        fallbackValue = "2s",
        paramLabel = "INTERVAL",
        description =
            "Print the table again every INTERVAL (default: 2s, at least 1s), until Ctrl-C.")
    private @Nullable String watch;

    @Option(
        names = "--color",
        paramLabel = "WHEN",
        description =
            "Colour statuses: auto (default: on a terminal, unless NO_COLOR is set; always if"
                + " FORCE_COLOR or CLICOLOR_FORCE is), always or never.")
    private @Nullable String color;

    @Option(names = "--no-header", description = "Omit the header line.")
    private boolean noHeader;
  }

  /** Lists them. */
  public int list(Console caller, SettingsOptions settings) {
    Instant now = Instant.now();
    RunQuery query = RunQuery.all().withFilter(filters.filter(now)).withOrder(order());
    ListFormat wanted = format();
    RunListing.Extent extent = new RunListing.Extent(most(wanted), isComplete());
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    Optional<Duration> interval = interval(caller, wanted);
    boolean coloured = isColoured(caller);
    boolean titled = !format.noHeader;
    try (RunDatabase database = parts.database()) {
      if (interval.isPresent()) {
        new WatchedList(caller, interval.get())
            .watch(
                console ->
                    new RunListing(parts.reconciled(database), console, Instant.now(), coloured)
                        .print(
                            query.withFilter(filters.filter(Instant.now())),
                            extent,
                            wanted,
                            titled));
        return 0;
      }
      RunRegistry registry = parts.reconciled(database);
      try (Pager pager = pager(caller, wanted, extent)) {
        RunListing listing = new RunListing(registry, pager.console(), now, coloured);
        if (format.quiet) {
          listing.printIds(query, extent);
        } else {
          listing.print(query, extent, wanted, titled);
        }
      }
      return 0;
    }
  }

  private boolean isColoured(Console caller) {
    return switch (format.color == null ? "auto" : format.color) {
      case "auto" -> caller.terminal().hasColour();
      case "always" -> true;
      case "never" -> false;
      default ->
          throw new UsageException(
              "no --color \"%s\"; allowed are %s"
                  .formatted(format.color, String.join(", ", COLORS)));
    };
  }

  /** Returns how often the list is printed again; empty if it is printed once. */
  private Optional<Duration> interval(Console caller, ListFormat wanted) {
    if (format.watch == null) {
      return Optional.empty();
    }
    if (!wanted.isTable() || format.quiet || !caller.terminal().isOutput()) {
      throw new UsageException("--watch prints a table on a terminal; leave it out, or the format");
    }
    Duration interval;
    try {
      interval = Durations.parse(format.watch);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--watch: " + e.getMessage(), e);
    }
    if (interval.compareTo(LEAST_INTERVAL) < 0) {
      throw new UsageException("--watch must be at least 1s: " + format.watch);
    }
    return Optional.of(interval);
  }

  /** The usual number of runs fits into a terminal. */
  private static Pager pager(Console caller, ListFormat wanted, RunListing.Extent extent) {
    boolean isShort = extent.most().orElse(Long.MAX_VALUE) <= RunQuery.DEFAULT_LIMIT;
    return isShort || !wanted.isTable() ? Pager.none(caller) : Pager.start(caller);
  }

  /** Returns the maximum number of runs in the list; empty for all. */
  private OptionalLong most(ListFormat wanted) {
    Integer limit = format.limit;
    if (limit != null && limit < 0) {
      throw new UsageException("--limit must not be negative: " + limit);
    }
    if (limit != null && limit > 0 && format.all) {
      throw new UsageException("--limit and --all contradict each other; give one");
    }
    boolean forPeople = wanted.isTable() && !format.quiet;
    boolean unlimited = format.all || (limit == null ? !forPeople : limit == 0);
    return unlimited
        ? OptionalLong.empty()
        : OptionalLong.of(limit == null ? RunQuery.DEFAULT_LIMIT : limit);
  }

  private boolean isComplete() {
    return format.all || (format.limit != null && format.limit == 0);
  }

  private ListFormat format() {
    if ((format.format != null && (format.json || format.wide)) || (format.json && format.wide)) {
      throw new UsageException("--format, --json and --no-trunc contradict each other; give one");
    }
    if (format.format == null) {
      return format.json ? ListFormat.JSON : format.wide ? ListFormat.WIDE : ListFormat.TABLE;
    }
    try {
      return ListFormat.parse(format.format);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private RunOrder order() {
    String field = format.sort == null ? "created" : format.sort.toLowerCase(Locale.ROOT);
    boolean reverse = format.reverse;
    if (field.startsWith("-")) { // as the API has it; here the highest comes first anyway
      field = field.substring(1);
    }
    RunOrder order =
        switch (field) {
          case "created", "created_at", "date" -> RunOrder.NEWEST_FIRST;
          case "started", "started_at" -> RunOrder.LAST_STARTED_FIRST;
          case "duration", "time" -> RunOrder.LONGEST_FIRST;
          default ->
              throw new UsageException(
                  "no order \"%s\"; allowed are %s, with --reverse"
                      .formatted(field, String.join(", ", FIELDS)));
        };
    return reverse ? order.reversed() : order;
  }
}
