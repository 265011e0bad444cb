package dev.runregistry.http.internal.output;

import dev.runregistry.run.output.OutputPosition;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The line after which a client wants to follow the output.
 *
 * @param position where reading starts
 * @param seq the number of the line before it, 0 for none
 * @param skipTo the number of the last line that is not sent
 */
public record FollowStart(OutputPosition position, long seq, long skipTo) {
  private static final Pattern ID = Pattern.compile("(\\d{1,18})-(\\d{1,18})-(\\d{1,18})");

  /**
   * Returns the start that a request names.
   *
   * @param sinceSeq the number of the last line that the client has, 0 for none
   * @param lastEventId the id of the last event that it has; wins over the number, because clients
   *     that connect again repeat their first query. Null, or malformed, if there is none
   */
  public static FollowStart of(long sinceSeq, @Nullable String lastEventId) {
    Matcher id = ID.matcher(lastEventId == null ? "" : lastEventId);
    if (!id.matches()) {
      return new FollowStart(OutputPosition.START, 0, sinceSeq);
    }
    OutputPosition position =
        OutputPosition.of(Long.parseLong(id.group(1)), Long.parseLong(id.group(2)));
    return new FollowStart(position, Long.parseLong(id.group(3)), 0);
  }
}
