package dev.runregistry.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A table whose lines fit a terminal: optional columns and those at the right that do not fit are
 * left out, wide cells are cut with an ellipsis, no line ever wraps.
 */
public final class TextTable {
  private static final String GAP = "  ";

  private final List<Column> columns;

  public TextTable(List<Column> columns) {
    this.columns = List.copyOf(columns);
  }

  /** Changes how a cell looks, not how wide it is. */
  @FunctionalInterface
  public interface Paint {
    Paint NONE = (cell, padded) -> padded;

    /**
     * The cell as it is printed.
     *
     * @param cell its text
     * @param padded its text with the blanks that fill the column
     */
    String apply(String cell, String padded);
  }

  /**
   * One column.
   *
   * @param title in the first line
   * @param cells one for each row
   * @param least how narrow it may get; {@link Integer#MAX_VALUE} if it must not be cut
   * @param paint how its cells look
   * @param optional whether it is left out before any other that does not fit
   */
  public record Column(String title, List<String> cells, int least, Paint paint, boolean optional) {
    public Column {
      cells = cells.stream().map(TerminalText::line).toList();
    }

    /** A column that is never cut. */
    public static Column whole(String title, List<String> cells) {
      return painted(title, cells, Paint.NONE);
    }

    /** A column that is never cut, whose cells look like this. */
    public static Column painted(String title, List<String> cells, Paint paint) {
      return new Column(title, cells, Integer.MAX_VALUE, paint, false);
    }

    /** A column that may be cut down to that width. */
    public static Column cut(String title, List<String> cells, int least) {
      return new Column(title, cells, least, Paint.NONE, false);
    }

    /** A column that may be cut down to that width, and is left out first. */
    public static Column optional(String title, List<String> cells, int least) {
      return new Column(title, cells, least, Paint.NONE, true);
    }

    private int natural() {
      int widest = cells.stream().mapToInt(TerminalText::width).max().orElse(0);
      return Math.max(TerminalText.width(title), widest);
    }
  }

  /**
   * The lines, title first, without line ends.
   *
   * @param limit how wide a line may be; empty for as wide as it gets
   */
  public List<String> lines(OptionalInt limit) {
    int room = limit.orElse(Integer.MAX_VALUE);
    List<Sized> shown = fitting(room);
    int[] widths = widths(shown, room);
    List<String> lines = new ArrayList<>();
    lines.add(line(shown, widths, -1));
    for (int row = 0; row < columns.get(0).cells.size(); row++) {
      lines.add(line(shown, widths, row));
    }
    return lines;
  }

  /** A column with the width that it has uncut. */
  private record Sized(Column column, int natural) {
    int narrowest() {
      return Math.min(natural, column.least);
    }
  }

  private List<Sized> fitting(int room) {
    List<Sized> fitting = new ArrayList<>();
    columns.forEach(column -> fitting.add(new Sized(column, column.natural())));
    while (fitting.size() > 1 && narrowest(fitting) > room) { // the first stays, come what may
      int last = fitting.size() - 1;
      int optional = last;
      while (optional > 0 && !fitting.get(optional).column.optional) {
        optional--;
      }
      fitting.remove(optional > 0 ? optional : last);
    }
    return fitting;
  }

  private static long narrowest(List<Sized> shown) {
    long width = GAP.length() * (shown.size() - 1L);
    for (Sized column : shown) {
      width += column.narrowest();
    }
    return width;
  }

  private static int[] widths(List<Sized> shown, int room) {
    int[] widths = shown.stream().mapToInt(Sized::narrowest).toArray();
    long left = room - narrowest(shown);
    boolean more = true;
    while (left > 0 && more) { // one by one to each in turn, so that none takes it all
      more = false;
      for (int i = 0; i < widths.length && left > 0; i++) {
        if (widths[i] < shown.get(i).natural) {
          widths[i]++;
          left--;
          more = true;
        }
      }
    }
    widths[0] = Math.min(widths[0], room);
    return widths;
  }

  private static String line(List<Sized> shown, int[] widths, int row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      Column column = shown.get(i).column;
      String cell = row < 0 ? column.title : column.cells.get(row);
      String fitted = TerminalText.truncate(cell, widths[i]);
      String padded =
          i == widths.length - 1
              ? fitted
              : fitted + " ".repeat(widths[i] - TerminalText.width(fitted));
      line.append(i == 0 ? "" : GAP).append(row < 0 ? padded : column.paint.apply(cell, padded));
    }
    return line.toString();
  }
}
