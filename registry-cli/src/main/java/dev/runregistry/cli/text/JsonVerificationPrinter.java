package dev.runregistry.cli.text;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.service.chain.VerificationResult;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Prints one JSON document on one line. Its last fields have the result; without them the
 * verification did not come to its end.
 */
public final class JsonVerificationPrinter implements VerificationPrinter {
  private final JsonGenerator json;
  private final StandardOutput out;

  public JsonVerificationPrinter(StandardOutput out) {
    this.out = out;
    try {
      json = PrintableJson.factory().createGenerator(out);
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
      json.writeStartObject();
      json.writeArrayFieldStart("discrepancies");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void found(Discrepancy found) {
    writing(
        () -> {
          json.writeStartObject();
          json.writeStringField("kind", found.kind().text());
          json.writeStringField("run_id", found.runId());
          json.writePOJOField("link", found.link());
          json.writeStringField("message", found.message());
          json.writeEndObject();
        });
  }

  @Override
  public void end(VerificationResult verification) {
    writing(
        () -> {
          json.writeEndArray();
          json.writeBooleanField("intact", verification.isIntact());
          json.writeNumberField("links", verification.links());
          json.writeNumberField("sealed", verification.backfilled());
          json.writeNumberField("retirements", verification.retirements());
          json.writeStringField("head", verification.head().toString());
          json.writeEndObject();
          json.flush();
        });
    out.println("");
  }

  private interface Writing {
    void run() throws IOException;
  }

  private static void writing(Writing part) {
    try {
      part.run();
    } catch (IOException e) { // ours throws another one
      throw new UncheckedIOException(e);
    }
  }
}
