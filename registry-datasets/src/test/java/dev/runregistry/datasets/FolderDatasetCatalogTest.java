package dev.runregistry.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.testkit.FileTree;
import dev.runregistry.testkit.process.Fifo;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FolderDatasetCatalogTest {
  private static final DatasetKey KEY = new DatasetKey("math");
  private static final String TRACE =
      "{\"prompt\":\"2+2?\",\"final_answer\":\"4\",\"steps\":[{\"i\":0,\"type\":\"add\",\"content\":"
          + "\"2+2=4\"}],\"trace_version\":\"1\",\"meta\":{}}";

  @TempDir private Path datasets;
  private FolderDatasetCatalog catalog;
  private Path manifest;
  private Path records;

  @BeforeEach
  void makeDataset() throws IOException {
    catalog = FolderDatasetCatalog.at(datasets);
    Path folder = Files.createDirectory(datasets.resolve("math"));
    manifest = Files.writeString(folder.resolve("manifest.json"), manifest("math"));
    records = Files.writeString(folder.resolve("dataset.jsonl"), TRACE + "\n");
  }

  /** A well-formed manifest, with the required fields in lines of their own and two more. */
  static String manifest(String key) {
    return """
        {
         "dataset_key": "%s",
         "build_id": "b-1",
         "dataset_name": "Maths",
         "dataset_version": "1.2",
         "created_at": "2026-11-01T00:00:00Z",
         "selection_strategy": "all",
         "trace_ids": ["a", "b"],
         "trace_count": 50,
         "stats": {"x": [1, {"y": null}]},
         "of_a_later_version": true
        }
        """
        .formatted(key);
  }

  @Test
  void the_folder_of_data_sets_can_be_a_link_and_is_left_as_it_is() throws IOException {
    Path link = Files.createSymbolicLink(datasets.resolve("link"), datasets.resolve("math"));
    Files.writeString(manifest, manifest("link"));
    int before = FileTree.below(datasets).size();

    Dataset found = catalog.find(new DatasetKey("link"));
    catalog.validateRecords(found, 5);

    assertThat(found.records()).isEqualTo(link.resolve("dataset.jsonl"));
    assertThat(FileTree.below(datasets)).hasSize(before);
  }

  @Test
  void a_folder_of_data_sets_that_is_not_there_has_none_and_is_not_made() {
    Path nowhere = datasets.resolve("nowhere");

    assertThat(refusal(() -> FolderDatasetCatalog.at(nowhere).find(KEY)))
        .isEqualTo("math/: not found in the datasets directory");
    assertThat(nowhere).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"build_id\": \"b-1\",|''|math/manifest.json: required and missing: build_id",
        "\"b-1\"|7|math/manifest.json, line 3, column 14: build_id must be a string",
        "\"b-1\"|null|math/manifest.json, line 3, column 14: build_id must be a string",
        "50|-1|math/manifest.json, line 9, column 17: trace_count must be 0 or more",
        "50|\"50\"|math/manifest.json, line 9, column 17: trace_count must be a whole number",
        "50|5.0|math/manifest.json, line 9, column 17: trace_count must be a whole number",
        "[\"a\", \"b\"]|{}|math/manifest.json, line 8, column 15: trace_ids must be a list",
        "\"math\"|\"other\"|math/manifest.json: dataset_key must be the name of the directory, math",
        "\"stats\"|\"build_id\"|math/manifest.json, line 10, column 2: a second value of build_id",
      })
  void a_manifest_that_is_not_well_formed_is_refused_where_it_is_not(
      String good, String bad, String explanation) throws IOException {
    String text = manifest("math");
    assertThat(text).contains(good);
    Files.writeString(manifest, text.replace(good, bad));

    assertThat(refusal(() -> catalog.find(KEY))).isEqualTo(explanation);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "{", "{}x", "{} {}", "{\"seed\":NaN}", "{'a':1}", "//"})
  void a_manifest_that_is_no_json_object_is_refused(String text) throws IOException {
    Files.writeString(manifest, text);

    assertThat(refusal(() -> catalog.find(KEY))).startsWith("math/manifest.json");
  }

  @Test
  void a_manifest_with_millions_of_names_is_refused_and_its_names_are_not_kept()
      throws IOException {
    try (BufferedWriter writer = Files.newBufferedWriter(manifest)) {
      writer.write("{\"ignored\":{\"0\":0");
      for (int i = 1_000_000; i < 5_500_000; i++) {
        writer.write(",\"" + i + "\":0");
      }
      writer.write("}}");
    }
    assertThat(Files.size(manifest)).isGreaterThan(48_000_000);

    assertThat(refusal(() -> catalog.find(KEY)))
        .matches("math/manifest.json, line 1, column \\d+: more than 100000 names");
  }

  @Test
  void a_manifest_that_is_too_large_is_refused_before_it_is_read() throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(manifest.toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }

    assertThat(refusal(() -> catalog.find(KEY)))
        .isEqualTo("math/manifest.json: cannot be read: larger than 67108864 bytes");
  }

  /** What was seen: advice of a library to raise its limits, and no line. */
  @Test
  void json_beyond_a_limit_is_refused_in_our_words_with_file_and_line() throws IOException {
    String deep = "[".repeat(1_200) + "]".repeat(1_200);
    String text = manifest("math");
    for (String value : List.of(deep, "1".repeat(1_500), "NaN")) {
      Files.writeString(manifest, text.replace("\"stats\":", "\"stats\":" + value + ",\"x\":"));
      assertThat(refusal(() -> catalog.find(KEY)))
          .matches(
              "math/manifest.json, line 10, column \\d+: "
                  + "(nested deeper than 1000 levels"
                  + "|a number of more than 1000 digits, or a text that is too long"
                  + "|not JSON)");
    }
    Files.writeString(manifest, text);
    Dataset dataset = catalog.find(KEY);
    for (String value : List.of(deep, "1".repeat(1_500), "NaN")) {
      Files.writeString(records, TRACE + "\n{\"prompts\":\"a\",\"meta\":" + value + "}\n");
      assertThat(refusal(() -> catalog.validateRecords(dataset, 5)))
          .startsWith("math/dataset.jsonl, line 2, column ")
          .doesNotContain("StreamReadConstraints", "Feature");
    }
  }

  @Test
  void a_manifest_that_is_a_fifo_or_a_device_is_refused_and_keeps_nobody_waiting()
      throws Exception {
    Fifo.inPlaceOf(manifest);
    assertThat(refusal(() -> catalog.find(KEY)))
        .isEqualTo("math/manifest.json: cannot be read: not a regular file");
    assertThat(catalog.list("", 10).datasets()).isEmpty();

    Files.delete(manifest);
    Files.createSymbolicLink(manifest, Path.of("/dev/zero"));
    assertThat(refusal(() -> catalog.find(KEY)))
        .isEqualTo("math/manifest.json: cannot be read: not a regular file");
  }

  @Test
  void records_that_are_a_fifo_or_a_device_are_refused_and_keep_nobody_waiting() throws Exception {
    Dataset dataset = catalog.find(KEY);
    Fifo.inPlaceOf(dataset.records());
    assertThat(refusal(() -> catalog.validateRecords(dataset, 1)))
        .isEqualTo("math/dataset.jsonl: cannot be read: not a regular file");

    Files.delete(dataset.records());
    Files.createSymbolicLink(dataset.records(), Path.of("/dev/zero"));
    assertThat(refusal(() -> catalog.validateRecords(dataset, 1)))
        .isEqualTo("math/dataset.jsonl: cannot be read: not a regular file");
  }

  @Test
  void records_may_be_a_link_to_shared_storage() throws Exception {
    Dataset dataset = catalog.find(KEY);
    Path shared = Files.move(dataset.records(), datasets.resolve("shared"));
    Files.createSymbolicLink(dataset.records(), shared);

    assertThat(catalog.validateRecords(dataset, 1)).isEqualTo(1);
  }

  @Test
  void a_count_beyond_any_is_refused() throws IOException {
    Files.writeString(manifest, manifest("math").replace("50", "9".repeat(30)));

    assertThat(refusal(() -> catalog.find(KEY))).startsWith("math/manifest.json, line 9");
  }

  @Test
  void a_manifest_in_another_encoding_is_refused() throws IOException {
    Files.write(
        manifest, manifest("math").replace("Maths", "Mäths").getBytes(StandardCharsets.ISO_8859_1));
    assertThat(refusal(() -> catalog.find(KEY)))
        .isEqualTo("math/manifest.json, line 4, column 20: not UTF-8");

    Files.write(manifest, manifest("math").getBytes(StandardCharsets.UTF_16LE));
    assertThat(refusal(() -> catalog.find(KEY))).startsWith("math/manifest.json, line 1");

    Files.writeString(manifest, "\ufeff" + manifest("math"));
    assertThat(refusal(() -> catalog.find(KEY))).contains("begins with a byte order mark");
  }

  @Test
  void a_manifest_that_is_not_there_or_a_folder_is_refused_without_a_path_of_the_host()
      throws IOException {
    Files.delete(manifest);
    assertThat(refusal(() -> catalog.find(KEY))).isEqualTo("math/manifest.json: no such file");

    Files.createDirectory(manifest);
    assertThat(refusal(() -> catalog.find(KEY)))
        .startsWith("math/manifest.json: ")
        .doesNotContain(datasets.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TRACE,
        "{\"prompts\":\"a\"}",
        "{\"prompts\":\"a\",\"id\":1,\"final_answer\":null,\"metadata\":{\"k\":[]},\"more\":[[1]]}",
        "{\"prompt\":\"\",\"final_answer\":\"\",\"steps\":[]}",
        "\n \t\r\n{\"prompts\":\"after blank lines\"}",
        "{\"prompts\":\"of Windows\"}\r"
      })
  void a_training_example_and_a_reasoning_trace_are_records(String text) throws IOException {
    Files.writeString(records, text);

    assertThat(catalog.validateRecords(catalog.find(KEY), 5)).isEqualTo(1);
  }

  @Test
  void a_data_set_that_was_found_well_formed_is_refused_when_it_is_not_any_more()
      throws IOException {
    Dataset found = catalog.find(KEY);
    assertThat(catalog.validateRecords(found, 5)).isOne();

    Files.writeString(records, "x".repeat(TRACE.length()) + "\n");
    Files.writeString(manifest, manifest("math").replace("Maths", "Music"));

    assertThat(catalog.find(KEY).title()).isEqualTo("Music");
    assertThatThrownBy(() -> catalog.validateRecords(found, 5))
        .isInstanceOf(DatasetException.class);

    Files.writeString(manifest, manifest("math").replace("50", "-1"));
    assertThatThrownBy(() -> catalog.find(KEY)).isInstanceOf(DatasetException.class);
    Files.writeString(records, (TRACE + "\n").repeat(3));

    assertThat(catalog.validateRecords(found, 2)).isEqualTo(2);
    assertThat(catalog.validateRecords(found, 5)).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|: neither a training example (it has no prompts) nor a reasoning trace (no prompt)",
        "{\"prompts\":[]}|: prompts must be a string, is a list",
        "{\"prompts\":\"a\",\"metadata\":1}|: metadata must be an object, is a whole number",
        "{\"prompts\":\"a\",\"final_answer\":1.5}|: final_answer must be a string, is a number",
        "{\"prompt\":\"a\",\"steps\":[]}|: final_answer is required and missing",
        "{\"prompt\":\"a\",\"final_answer\":\"b\"}|: steps is required and missing",
        "{\"prompt\":true,\"final_answer\":\"b\",\"steps\":[]}|: prompt must be a string, is true or"
            + " false",
        "{\"prompt\":\"a\",\"final_answer\":\"b\",\"steps\":{}}|: steps must be a list, is an"
            + " object",
        "{\"prompt\":\"a\",\"final_answer\":\"b\",\"steps\":[7]}|: steps[0] must be an object, is a"
            + " whole number",
        "{\"prompt\":\"a\",\"final_answer\":\"b\",\"steps\":[{\"i\":0,\"type\":\"t\"}]}|:"
            + " steps[0].content is required and missing",
        "{\"prompt\":\"a\",\"final_answer\":\"b\",\"steps\":[{\"i\":\"0\"}]}|: steps[0].i must be a"
            + " whole number, is a string",
        "[]|', column 1: not a JSON object'",
        "{\"prompts\":\"a\"} {}|', column 17: there is more after the JSON object'",
        "{\"prompts\":\"a\",\"prompts\":\"b\"}|', column 16: a second value of prompts'",
        "{\"prompts\":\"a\",\"x\":NaN}|', column 23: not JSON'",
        "{\"prompt\":\"a\",\"steps\":[{\"i\":0,\"i\":1}]}|', column 31: a second value of i'",
      })
  void a_line_that_is_no_record_is_refused_by_line_and_field(String line, String explanation)
      throws IOException {
    Files.writeString(records, TRACE + "\n\n" + line + "\n");
    Dataset dataset = catalog.find(KEY);

    assertThat(refusal(() -> catalog.validateRecords(dataset, 5)))
        .isEqualTo("math/dataset.jsonl, line 3" + explanation);
  }

  @Test
  void a_line_in_another_encoding_is_refused() throws IOException {
    Dataset dataset = catalog.find(KEY);
    Files.write(records, "{\"prompts\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(refusal(() -> catalog.validateRecords(dataset, 5)))
        .isEqualTo("math/dataset.jsonl, line 1, column 13: not UTF-8");

    Files.writeString(records, "\ufeff" + TRACE);
    assertThat(refusal(() -> catalog.validateRecords(dataset, 5))).contains("byte order mark");
  }

  @Test
  void records_that_are_not_there_are_refused() throws IOException {
    Dataset dataset = catalog.find(KEY);
    Files.writeString(records, "\n \n");
    assertThat(refusal(() -> catalog.validateRecords(dataset, 5)))
        .isEqualTo("math/dataset.jsonl: it has no records");

    Files.delete(records);
    assertThat(refusal(() -> catalog.validateRecords(dataset, 5)))
        .isEqualTo("math/dataset.jsonl: no such file");
  }

  @Test
  void a_line_of_a_gigabyte_is_refused_in_little_memory() throws IOException {
    Dataset dataset = catalog.find(KEY);
    try (RandomAccessFile sparse = new RandomAccessFile(records.toFile(), "rw")) {
      sparse.setLength(1L << 30);
    }

    assertThat(refusal(() -> catalog.validateRecords(dataset, 5)))
        .isEqualTo("math/dataset.jsonl, line 2: longer than 8388608 bytes, no record is");
  }

  @Test
  void a_file_of_blank_lines_is_not_read_to_its_end() throws IOException {
    Dataset dataset = catalog.find(KEY);
    Files.writeString(records, "\n".repeat(2_000) + TRACE);

    assertThat(refusal(() -> catalog.validateRecords(dataset, 5)))
        .isEqualTo("math/dataset.jsonl, line 1001: more than 1000 blank lines");
  }

  private interface Look {
    void look();
  }

  private static String refusal(Look look) {
    return catchThrowableOfType(DatasetException.class, look::look).explanation();
  }
}
