package dev.runregistry.http.internal.request;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.ValidationError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mode of a submission: it waits for the end of its run or not. */
public enum SubmitMode {
  /** The answer comes when the run has ended. */
  SYNC("sync"),
  /** The answer comes when the run is in the queue. */
  ASYNC("async");

  private static final String PARAMETER = "mode";

  private final String text;

  SubmitMode(String text) {
    this.text = text;
  }

  /**
   * Returns the mode that a query names; {@link #SYNC} if it names none.
   *
   * @param query as sent; null if there is none
   * @throws HttpProblem 422 if it is another
   */
  public static SubmitMode of(@Nullable String query) {
    String value = new QueryParameters(query).get(PARAMETER);
    if (value == null) {
      return SYNC;
    }
    for (SubmitMode mode : values()) {
      if (mode.text.equals(value)) {
        return mode;
      }
    }
    throw HttpProblem.unprocessable(
        List.of(
            ValidationError.inQuery(
                PARAMETER,
                "Input should be " + BodyValidator.alternatives(values(), mode -> mode.text),
                "enum")));
  }
}
