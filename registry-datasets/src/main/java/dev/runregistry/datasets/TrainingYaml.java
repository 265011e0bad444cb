package dev.runregistry.datasets;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.dataset.Dataset;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** The configuration of a training in the format of the HTTP contract. */
final class TrainingYaml {
  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .build();

  private TrainingYaml() {}

  static byte[] of(RunSpec spec, Dataset dataset) throws IOException {
    StringWriter yaml = new StringWriter();
    try (YAMLGenerator out = YAML.createGenerator(yaml)) {
      out.writeStartObject();
      out.writeStringField("version", "1.0"); // quoted, else YAML reads it as a number
      out.writeStringField("runner", "tunix");
      out.writeStringField("mode", "sft");
      out.writeObjectFieldStart("model");
      out.writeStringField("model_id", spec.modelId());
      out.writeEndObject();
      out.writeObjectFieldStart("dataset");
      out.writeStringField("format", "tunix_sft");
      out.writeStringField("path", dataset.records().toString());
      out.writeEndObject();
      writeTraining(out, requireNonNull(spec.training(), "training"));
      out.writeObjectFieldStart("output");
      out.writeStringField("output_dir", spec.outputDir());
      out.writeEndObject();
      out.writeEndObject();
    }
    return yaml.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void writeTraining(YAMLGenerator out, TrainingConfig training) throws IOException {
    out.writeObjectFieldStart("training");
    out.writeFieldName("learning_rate");
    out.writeNumber(decimal(training.learningRate()));
    if (training.weightDecay() != null) {
      out.writeFieldName("weight_decay");
      out.writeNumber(decimal(training.weightDecay()));
    }
    out.writeNumberField("num_epochs", training.numEpochs());
    out.writeNumberField("batch_size", training.batchSize());
    out.writeNumberField("max_seq_length", training.maxSeqLength());
    if (training.device() != null) {
      out.writeStringField("device", training.device().text());
    }
    out.writeEndObject();
  }

  /**
   * Returns the shortest text of exactly this number, with digits, a point and digits: YAML 1.1,
   * which Python reads, parses {@code 2e-5} as a string.
   */
  private static String decimal(double value) {
    String plain = new BigDecimal(Double.toString(value)).toPlainString();
    return plain.contains(".") ? plain : plain + ".0";
  }
}
