package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request.Method;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.LevelResolver;
import com.atlassian.oai.validator.report.ValidationReport;
import com.atlassian.oai.validator.report.ValidationReport.Level;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Holds answers against the OpenAPI document, so that neither can drift from the other. */
final class Answers {
  // what the gate says before it knows which operation is meant
  private static final Set<Integer> OF_NO_OPERATION = Set.of(404, 405);

  private static final OpenApiInteractionValidator VALIDATOR =
      OpenApiInteractionValidator.createForInlineApiSpecification(document())
          .withLevelResolver(
              LevelResolver.create()
                  .withLevel("validation.schema.additionalProperties", Level.IGNORE)
                  .build())
          .build();

  private Answers() {}

  private static String document() {
    try (InputStream json = Answers.class.getResourceAsStream("openapi.json")) {
      return new String(Objects.requireNonNull(json).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails unless the document says that this request can be answered so. */
  static void requireDocumented(String method, String path, HttpResponse<String> answer) {
    SimpleResponse.Builder response = SimpleResponse.Builder.status(answer.statusCode());
    answer.headers().firstValue("content-type").ifPresent(response::withContentType);
    if (!answer.body().isEmpty()) {
      response.withBody(answer.body());
    }
    requireDocumented(method, path, answer.statusCode(), response.build());
  }

  static void requireDocumented(String method, String path, int status, SimpleResponse response) {
    String resource = path.replaceFirst("[?].*", "");
    boolean head = method.equals("HEAD");
    boolean mayBeEmpty = head || resource.contains("/logs");
    Method known = Method.valueOf(head ? "GET" : method.toUpperCase(Locale.ROOT));
    ValidationReport report = VALIDATOR.validateResponse(resource, known, response);
    assertThat(report.getMessages().stream().filter(m -> m.getLevel() == Level.ERROR))
        .filteredOn(m -> !(mayBeEmpty && m.getKey().equals("validation.response.body.missing")))
        .filteredOn(
            m -> !(OF_NO_OPERATION.contains(status) && m.getKey().startsWith("validation.request")))
        .as("%s %s answered with %d, and the document disagrees", method, path, status)
        .isEmpty();
  }
}
