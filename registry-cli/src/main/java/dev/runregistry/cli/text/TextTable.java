package dev.runregistry.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A table whose lines fit a terminal: columns at the right that do not fit are left out, wide cells
 * are cut with an ellipsis, no line ever wraps.
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
   */
  public record Column(String title, List<String> cells, int least, Paint paint) {
    public Column {
      cells = cells.stream().map(TerminalText::line).toList();
    }

    /** A column that is never cut. */
    public static Column whole(String title, List<String> cells) {
      return new Column(title, cells, Integer.MAX_VALUE, Paint.NONE);
    }

    /** A column that may be cut down to that width. */
    public static Column cut(String title, List<String> cells, int least) {
      return new Column(title, cells, least, Paint.NONE);
    }

    private int natural() {
      int widest = cells.stream().mapToInt(TerminalText::width).max().orElse(0);
      return Math.max(TerminalText.width(title), widest);
    }

    private int narrowest() {
      return Math.min(natural(), least);
    }
  }

  /**
   * The lines, title first, without line ends.
   *
   * @param limit how wide a line may be; empty for as wide as it gets
   */
  public List<String> lines(OptionalInt limit) {
    int room = limit.orElse(Integer.MAX_VALUE);
    List<Column> shown = fitting(room);
    int[] widths = widths(shown, room);
    List<String> lines = new ArrayList<>();
    lines.add(line(shown, widths, -1));
    for (int row = 0; row < columns.get(0).cells.size(); row++) {
      lines.add(line(shown, widths, row));
    }
    return lines;
  }

  private List<Column> fitting(int room) {
    List<Column> fitting = new ArrayList<>(columns.subList(0, 1)); // the first, come what may
    long used = columns.get(0).narrowest();
    for (Column column : columns.subList(1, columns.size())) {
      used += GAP.length() + column.narrowest();
      if (used > room) {
        break;
      }
      fitting.add(column);
    }
    return fitting;
  }

  private static int[] widths(List<Column> shown, int room) {
    int[] widths = shown.stream().mapToInt(Column::narrowest).toArray();
    long left = room - GAP.length() * (shown.size() - 1L);
    for (int width : widths) {
      left -= width;
    }
    for (int i = 0; i < widths.length && left > 0; i++) {
      int more = (int) Math.min(left, shown.get(i).natural() - (long) widths[i]);
      widths[i] += more;
      left -= more;
    }
    widths[0] = Math.min(widths[0], room);
    return widths;
  }

  private static String line(List<Column> shown, int[] widths, int row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      Column column = shown.get(i);
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
