package dev.runregistry.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.json.RunJson;
import dev.runregistry.run.Run;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.queue.QueueStatus;
import dev.runregistry.run.service.ReconciledRun;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Renders JSON documents, each on one line. */
public final class JsonLine {
  private static final JsonFactory JSON = PrintableJson.factory();

  private JsonLine() {}

  /** Returns the whole run, with its provenance, which the HTTP API does not publish. */
  public static String of(Run run) {
    return line(json -> RunJson.writeRunWithProvenance(json, run, null, null));
  }

  /** Returns a host, as the HTTP API has it. */
  public static String of(KnownHost host) {
    return line(json -> RunJson.writeHost(json, host));
  }

  /**
   * Returns the whole run, with its provenance, and last {@code run_dir} and {@code pid}: where
   * this host has its files, and its process while that lives; else null.
   *
   * @param unseen its host if it is an active run whose host is not seen; else null
   * @param pendingReason why its engine has not started it yet; null if that is not known
   */
  public static String of(
      Run run, @Nullable UnseenHost unseen, @Nullable String pendingReason, RunFiles files) {
    return line(
        json -> {
          json.writeStartObject();
          RunJson.writeFieldsWithProvenance(json, run, unseen, pendingReason);
          json.writeStringField("run_dir", files.directory().map(Path::toString).orElse(null));
          json.writePOJOField("pid", files.pid().isPresent() ? files.pid().getAsLong() : null);
          json.writeEndObject();
        });
  }

  /** Returns an item of a list, with its command. */
  public static String of(RunSummary run) {
    return line(json -> RunJson.writeItemWithCommand(json, run));
  }

  /** Returns a finding about an active run; its last two fields are null without an outcome. */
  public static String of(ReconciledRun finding) {
    return line(
        json -> {
          json.writeStartObject();
          json.writeStringField("name", finding.name());
          json.writeStringField("action", finding.action().text());
          json.writeStringField("message", finding.message());
          json.writeStringField(
              "status", finding.run().map(run -> run.status().text()).orElse(null));
          json.writePOJOField("exit_code", finding.run().map(Run::exitCode).orElse(null));
          json.writeEndObject();
        });
  }

  /** Returns the state of the queue and its limits. */
  public static String of(QueueStatus status, QueueLimits limits) {
    return line(
        json -> {
          json.writeStartObject();
          json.writeNumberField("depth", status.depth());
          json.writeNumberField("max", limits.max());
          json.writeNumberField("slots_in_use", status.slotsInUse());
          json.writeNumberField("slots", limits.slots());
          json.writeNumberField("gpus_in_use", status.gpusInUse());
          json.writeNumberField("gpus", limits.gpus().size());
          json.writeBooleanField("paused", status.paused());
          json.writeBooleanField("dispatching", status.dispatching());
          json.writeEndObject();
        });
  }

  /** Writes a document. */
  @FunctionalInterface
  public interface Writing {
    void to(JsonGenerator json) throws IOException;
  }

  /** Returns the document that is written. */
  public static String of(Writing writing) {
    return line(writing);
  }

  private static String line(Writing writing) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      writing.to(json);
    } catch (IOException e) { // a StringWriter throws none
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
