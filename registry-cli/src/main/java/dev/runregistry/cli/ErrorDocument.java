package dev.runregistry.cli;

import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.run.RegistryException;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.query.RunNotFoundException;
import dev.runregistry.run.queue.QueueFullException;
import java.util.List;

/**
 * An error as scripts read it.
 *
 * @param error its kind: usage_error, run_not_found, run_ambiguous, queue_full,
 *     database_unavailable, journal_unavailable, discrepancies_found, internal_error, or failed for
 *     any other
 * @param message one line
 * @param details further lines
 */
record ErrorDocument(String error, String message, List<String> details) {
  static ErrorDocument of(RegistryException e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof CommandFailedException failure
        ? new ErrorDocument(failure.kind(), message, failure.details())
        : new ErrorDocument(kind(e), message, List.of());
  }

  private static String kind(RegistryException e) {
    if (e instanceof UsageException) {
      return "usage_error";
    }
    if (e instanceof RunNotFoundException) {
      return "run_not_found";
    }
    if (e instanceof QueueFullException) {
      return "queue_full";
    }
    if (e instanceof RepositoryException) {
      return "database_unavailable";
    }
    return e instanceof JournalException ? "journal_unavailable" : "failed";
  }

  /** Returns the document, on one line. */
  String json() {
    return JsonLine.of(
        json -> {
          json.writeStartObject();
          json.writeStringField("error", error);
          json.writeStringField("message", message);
          json.writeArrayFieldStart("details");
          for (String detail : details) {
            json.writeString(detail);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
