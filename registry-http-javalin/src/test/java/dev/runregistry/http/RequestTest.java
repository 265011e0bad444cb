package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runregistry.run.Run;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request for a run may say, at and beyond each limit of the contract. */
class RequestTest {
  private static final ScriptedRunExecutor EXECUTOR =
      ScriptedRunExecutor.endingWith(Runs.exited(0));
  private static final TestServer SERVER = TestServer.start(EXECUTOR);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private static ObjectNode valid() {
    return MAPPER.createObjectNode().put("dataset_key", "math-v1").put("model_id", "m");
  }

  private static HttpResponse<String> with(String field, String value) throws Exception {
    ObjectNode body = valid();
    body.set(field, MAPPER.readTree(value));
    return SERVER.post(body.toString());
  }

  private static String raw(String json) {
    return "{" + json + "," + valid().toString().substring(1);
  }

  private static JsonNode onlyProblem(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    assertThat(answer.body()).hasSizeLessThan(400);
    assertThat(json(answer).get("detail")).hasSize(1);
    return json(answer).get("detail").get(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learning_rate  | 1",
        "learning_rate  | 1e-300",
        "learning_rate  | 0.1e1",
        "weight_decay   | 0",
        "weight_decay   | 1",
        "device         | \"cuda\"",
        "num_epochs     | 1",
        "num_epochs     | 100",
        "num_epochs     | 3.0",
        "num_epochs     | 1e1",
        "batch_size     | 1",
        "batch_size     | 512",
        "max_seq_length | 128",
        "max_seq_length | 32768",
        "output_dir     | null",
        "output_dir     | \"x\"",
        "dry_run        | true",
        "other          | {\"unknown\": [1, null, \"fields are ignored\"]}",
        "other          | {\"twice\": 1, \"twice\": 2}",
        "name           | null",
        "name           | \"x\"",
        "tags           | null",
        "tags           | {}",
        "tags           | {\"a.b_c/d-E\": \"\"}",
        "note           | null",
        "note           | \"a\\n\\tb\"",
        "parent_run_id  | null",
        "parent_run_id  | \"019a0000-0000-7000-8000-000000000001\"",
      })
  void a_value_at_its_limit_is_accepted(String field, String value) throws Exception {
    assertThat(with(field, value).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learning_rate  | 0        | greater_than       | Input should be greater than 0",
        "learning_rate  | -0.1     | greater_than       | Input should be greater than 0",
        "learning_rate  | 1e-999   | greater_than       | Input should be greater than 0",
        "learning_rate  | 1.000001 | less_than_equal    | Input should be less than or equal to 1",
        "learning_rate  | 1e999    | less_than_equal    | Input should be less than or equal to 1",
        "learning_rate  | true     | float_type         | Input should be a valid number",
        "learning_rate  | \"0.1\"  | float_type         | Input should be a valid number",
        "learning_rate  | null     | float_type         | Input should be a valid number",
        "weight_decay   | -0.1     | greater_than_equal | Input should be greater than or equal to 0",
        "weight_decay   | 1.000001 | less_than_equal    | Input should be less than or equal to 1",
        "weight_decay   | null     | float_type         | Input should be a valid number",
        "device         | null     | enum               | Input should be 'auto', 'cpu' or 'cuda'",
        "device         | \"tpu\"  | enum               | Input should be 'auto', 'cpu' or 'cuda'",
        "device         | 7        | enum               | Input should be 'auto', 'cpu' or 'cuda'",
        "num_epochs     | 0        | greater_than_equal | Input should be greater than or equal to 1",
        "num_epochs     | 101      | less_than_equal    | Input should be less than or equal to 100",
        "num_epochs     | 1e99     | less_than_equal    | Input should be less than or equal to 100",
        "num_epochs     | 3.5      | int_from_float     | Input should be a valid integer, got a number with a fractional part",
        "num_epochs     | true     | int_type           | Input should be a valid integer",
        "num_epochs     | \"3\"    | int_type           | Input should be a valid integer",
        "num_epochs     | null     | int_type           | Input should be a valid integer",
        "batch_size     | 0        | greater_than_equal | Input should be greater than or equal to 1",
        "batch_size     | 513      | less_than_equal    | Input should be less than or equal to 512",
        "max_seq_length | 127      | greater_than_equal | Input should be greater than or equal to 128",
        "max_seq_length | 32769    | less_than_equal    | Input should be less than or equal to 32768",
        "dry_run        | null     | bool_type          | Input should be a valid boolean",
        "dry_run        | 1        | bool_type          | Input should be a valid boolean",
        "dry_run        | \"true\" | bool_type          | Input should be a valid boolean",
        "dataset_key    | null     | string_type        | Input should be a valid string",
        "dataset_key    | 7        | string_type        | Input should be a valid string",
        "dataset_key    | \"\"     | string_too_short   | String should have at least 1 character",
        "model_id       | null     | string_type        | Input should be a valid string",
        "model_id       | []       | string_type        | Input should be a valid string",
        "model_id       | \"\"     | string_too_short   | String should have at least 1 character",
        "output_dir     | 7        | string_type        | Input should be a valid string",
        "output_dir     | \"\"     | string_too_short   | String should have at least 1 character",
        "name           | 7        | string_type        | Input should be a valid string",
        "name           | \"\"     | string_too_short   | String should have at least 1 character",
        "name           | \"a\\nb\" | value_error      | 'Value error, name must not contain control characters: \"a\ufffdb\"'",
        "note           | []       | string_type        | Input should be a valid string",
        "note           | \"\"     | string_too_short   | String should have at least 1 character",
        "note           | \"\\r\" | value_error        | 'Value error, note must not contain control characters other than line feed and tab: \"\ufffd\"'",
        "tags           | []       | dict_type          | Input should be a valid dictionary",
        "tags           | \"a=b\" | dict_type          | Input should be a valid dictionary",
        "parent_run_id  | 7        | uuid_parsing       | Input should be a valid UUID",
        "parent_run_id  | \"x\"    | uuid_parsing       | Input should be a valid UUID",
        "model_id       | \"a\\u0000\" | value_error    | Value error, must not contain a NUL character",
        "output_dir     | \"\\u0000\"  | value_error    | Value error, must not contain a NUL character",
      })
  void a_value_beyond_its_limit_is_refused(String field, String value, String type, String msg) {
    ObjectNode others = valid();
    others.remove(field);
    String body = "{\"" + field + "\":" + value + "," + others.toString().substring(1);

    JsonNode problem = onlyProblem(SERVER.post(body));

    assertThat(problem.get("loc").toString()).isEqualTo("[\"body\",\"" + field + "\"]");
    assertThat(problem.get("type").textValue()).isEqualTo(type);
    assertThat(problem.get("msg").textValue()).isEqualTo(msg);
  }

  @ParameterizedTest
  @CsvSource({"dataset_key, 255", "model_id, 256", "output_dir, 512"})
  void a_text_may_be_so_long_and_no_longer(String field, int max) throws Exception {
    assertThat(with(field, '"' + "k".repeat(max) + '"').statusCode()).isEqualTo(200);
    assertThat(with(field, '"' + "k".repeat(max + 1) + '"').statusCode()).isEqualTo(422);
  }

  @Test
  void characters_are_counted_as_people_count_them() throws Exception {
    String fire = "\uD83D\uDD25";

    assertThat(with("model_id", '"' + fire.repeat(256) + '"').statusCode()).isEqualTo(200);
    JsonNode problem = onlyProblem(with("model_id", '"' + fire.repeat(257) + '"'));
    assertThat(problem.get("msg").textValue())
        .isEqualTo("String should have at most 256 characters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        ".",
        "a/b",
        "/etc/passwd",
        "../../etc/passwd",
        "a\\\\b",
        "..\\\\..",
        "a\\u0000b",
        "a\\nb",
        "\\u0085",
        "\\u007f",
        "a/../../b",
        "\\u001b[31m",
      })
  void a_key_that_would_leave_the_folder_is_refused(String key) throws Exception {
    JsonNode problem = onlyProblem(with("dataset_key", '"' + key + '"'));

    assertThat(problem.get("loc").get(1).textValue()).isEqualTo("dataset_key");
    assertThat(problem.get("type").textValue()).isEqualTo("value_error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%2e%2e%2f",
        "..%2f..",
        "...",
        "~root",
        "$HOME",
        "a;rm -rf",
        "a b",
        "\u202Eevil",
        "e\u0301",
        "NUL",
        "CON",
        "-rf",
        "*",
        "\uFF0E\uFF0E\uFF0Fetc",
        "'; DROP TABLE tunix_runs; --",
      })
  void an_odd_key_that_is_one_name_is_looked_for_and_not_found(String key) {
    HttpResponse<String> answer = SERVER.post(valid().put("dataset_key", key).toString());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(json(answer).get("status").textValue()).isEqualTo("failed");
    assertThat(json(answer).get("dataset_key").textValue()).isEqualTo(key);
  }

  @Test
  void a_key_of_more_than_255_bytes_is_refused_with_the_reason() {
    JsonNode problem =
        onlyProblem(SERVER.post(valid().put("dataset_key", "ä".repeat(128)).toString()));

    assertThat(problem.get("msg").textValue()).contains("at most 255 bytes in UTF-8, has 256");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud800", "a\\udc00", "\\ud83d\\u0041", "\\udd25\\ud83d"})
  void a_lone_surrogate_is_refused(String text) {
    JsonNode problem = onlyProblem(SERVER.post(raw("\"output_dir\":\"" + text + "\"")));

    assertThat(problem.get("msg").textValue())
        .isEqualTo("Value error, must not contain a lone surrogate");
  }

  @Test
  void all_problems_are_named_at_once() {
    HttpResponse<String> answer =
        SERVER.post("{\"model_id\":7,\"num_epochs\":0,\"batch_size\":\"x\",\"output_dir\":\"\"}");

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(StreamSupport.stream(json(answer).get("detail").spliterator(), false))
        .extracting(problem -> problem.get("loc").get(1).textValue())
        .containsExactly("dataset_key", "model_id", "output_dir", "num_epochs", "batch_size");
    assertThat(json(answer).get("detail").get(0).toString())
        .isEqualTo(
            "{\"loc\":[\"body\",\"dataset_key\"],\"msg\":\"Field required\",\"type\":\"missing\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"dataset_key\":\"a\"",
        "{'dataset_key':'a'}",
        "{\"dataset_key\":\"a\",}",
        "{\"learning_rate\":NaN}",
        "{\"learning_rate\":Infinity}",
        "{\"learning_rate\":-Infinity}",
        "{\"learning_rate\":1e99999999999}",
        "{\"num_epochs\":01}",
        "{\"num_epochs\":0x10}",
        "{\"dataset_key\":\"a\",\"dataset_key\":\"b\"}",
        "{} {}",
        "{}x",
        "{\"a\":\"\u0001\"}",
        "{\"a\":\"\\x\"}",
        "// a comment\n{}",
        "undefined",
      })
  void what_is_not_json_is_422_with_its_place(String body) {
    JsonNode problem = onlyProblem(SERVER.post(body));

    assertThat(problem.get("loc").get(0).textValue()).isEqualTo("body");
    assertThat(problem.get("loc").get(1).isIntegralNumber()).isTrue();
    assertThat(problem.get("type").textValue()).isEqualTo("json_invalid");
    assertThat(problem.get("msg").textValue()).startsWith("JSON decode error: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "7", "\"x\"", "null", "true"})
  void json_that_is_no_object_is_422(String body) {
    JsonNode problem = onlyProblem(SERVER.post(body));

    assertThat(problem.get("loc").toString()).isEqualTo("[\"body\"]");
    assertThat(problem.get("type").textValue()).isEqualTo("model_attributes_type");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  \n"})
  void an_empty_body_is_422(String body) {
    assertThat(onlyProblem(SERVER.post(body)).get("type").textValue()).isEqualTo("missing");
  }

  @Test
  void deep_nesting_is_422() {
    onlyProblem(SERVER.post(raw("\"a\":" + "[".repeat(100_000))));
    onlyProblem(SERVER.post(raw("\"a\":" + "[".repeat(65) + "]".repeat(65))));
  }

  @Test
  void a_number_of_many_digits_is_422() {
    onlyProblem(SERVER.post(raw("\"num_epochs\":" + "9".repeat(100_000))));
    onlyProblem(SERVER.post(raw("\"num_epochs\":" + "9".repeat(300))));
  }

  @Test
  void refused_input_is_never_echoed_at_length() {
    onlyProblem(SERVER.post(raw("\"output_dir\":\"" + "x".repeat(500_000) + "\"")));
    onlyProblem(SERVER.post("x".repeat(500_000)));
    onlyProblem(SERVER.post("{\"" + "k".repeat(500_000) + "\" 1}"));
    String key = "\"" + "k".repeat(60_000) + "\":1";
    onlyProblem(SERVER.post("{" + key + "," + key + "}"));
  }

  @Test
  void a_text_far_beyond_its_limit_is_one_problem_and_hides_no_other() {
    String text = "\"" + "x".repeat(500_000) + "\"";

    HttpResponse<String> answer =
        SERVER.post("{\"num_epochs\":0,\"model_id\":" + text + ",\"dataset_key\":\"math-v1\"}");

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(StreamSupport.stream(json(answer).get("detail").spliterator(), false))
        .extracting(problem -> problem.get("type").textValue())
        .containsExactly("string_too_long", "greater_than_equal");
    onlyProblem(SERVER.post(raw("\"dry_run\":" + text)));
    assertThat(SERVER.post(raw("\"ignored\":" + text)).statusCode()).isEqualTo(200);
  }

  @Test
  void the_names_of_ignored_fields_are_not_kept() {
    String names =
        IntStream.range(0, 50_000).mapToObj(i -> "\"n" + i + "\":1,").collect(Collectors.joining());

    assertThat(SERVER.post("{" + names + valid().toString().substring(1)).statusCode())
        .isEqualTo(200);
  }

  @Test
  void a_string_of_3_mb_is_413() {
    String body = valid().put("model_id", "x".repeat(3 << 20)).toString();

    assertThat(SERVER.post(body).statusCode()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32", "ISO-8859-1"})
  void json_that_is_not_utf_8_is_422(String charset) throws Exception {
    byte[] body = valid().put("model_id", "größer").toString().getBytes(charset);

    HttpResponse<String> answer =
        SERVER.send(SERVER.posting("").POST(BodyPublishers.ofByteArray(body)));

    assertThat(onlyProblem(answer).get("type").textValue()).isEqualTo("json_invalid");
  }

  @Test
  void a_surrogate_in_utf_8_is_422() {
    byte[] body = valid().put("model_id", "XYZ").toString().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < body.length - 2; i++) {
      if (body[i] == 'X' && body[i + 1] == 'Y') {
        body[i] = (byte) 0xED;
        body[i + 1] = (byte) 0xA0;
        body[i + 2] = (byte) 0x80;
      }
    }

    onlyProblem(SERVER.send(SERVER.posting("").POST(BodyPublishers.ofByteArray(body))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"k\": 7}        | k | string_type | Input should be a valid string",
        "{\"k\": null}     | k | string_type | Input should be a valid string",
        "{\"k\": {}}       | k | string_type | Input should be a valid string",
        "{\"k\": \"a\\n\"} | k | value_error | Value error, the value of tag k must not contain control characters: \"a\ufffd\"",
        "{\"k v\": \"\"}   | k v | value_error | Value error, the key of a tag must have 1 to 64 characters: letters, digits and, after the first, . _ / -; got \"k v\"",
      })
  void a_tag_that_is_refused_is_named(String tags, String key, String type, String msg)
      throws Exception {
    JsonNode problem = onlyProblem(with("tags", tags));

    assertThat(problem.get("loc").toString()).isEqualTo("[\"body\",\"tags\",\"" + key + "\"]");
    assertThat(problem.get("type").textValue()).isEqualTo(type);
    assertThat(problem.get("msg").textValue()).isEqualTo(msg);
  }

  @Test
  void the_number_and_the_length_of_tags_are_limited() throws Exception {
    String most =
        IntStream.range(0, 32)
            .mapToObj(i -> "\"k" + i + "\":\"\"")
            .collect(Collectors.joining(","));

    assertThat(with("tags", "{" + most + "}").statusCode()).isEqualTo(200);
    assertThat(onlyProblem(with("tags", "{" + most + ",\"k\":\"\"}")).get("msg").textValue())
        .isEqualTo("Dictionary should have at most 32 items");
    for (int length : new int[] {257, 30_000}) {
      String tag = "{\"k\":\"" + "x".repeat(length) + "\"}";
      JsonNode problem = onlyProblem(SERVER.post(raw("\"tags\":" + tag)));
      assertThat(problem.get("msg").textValue())
          .isEqualTo("String should have at most 256 characters");
      assertThat(problem.get("loc").toString()).isEqualTo("[\"body\",\"tags\",\"k\"]");
    }
    JsonNode twice = onlyProblem(SERVER.post(raw("\"tags\":{\"k\":\"1\",\"k\":\"2\"}")));
    assertThat(twice.get("msg").textValue()).contains("Duplicate field 'k'");
  }

  @Test
  void a_byte_order_mark_is_passed_over() {
    assertThat(SERVER.post("\uFEFF" + valid()).statusCode()).isEqualTo(200);
  }

  @Test
  void the_values_of_the_request_reach_the_run() throws Exception {
    ObjectNode body = valid().put("dry_run", false).put("output_dir", "./out");
    body.put("learning_rate", 0.5).put("num_epochs", 7).put("batch_size", 9);
    body.put("max_seq_length", 999).put("weight_decay", 0.25).put("device", "cpu");

    String id = json(SERVER.post(body.toString())).get("run_id").textValue();

    Run run =
        EXECUTOR.executed().stream()
            .filter(executed -> executed.id().toString().equals(id))
            .findFirst()
            .orElseThrow();
    assertThat(run.spec().training())
        .isEqualTo(new TrainingConfig(0.5, 7, 9, 999).with(0.25, TrainingDevice.CPU));
    assertThat(run.spec().outputDir()).isEqualTo("./out");
    assertThat(run.spec().modelId()).isEqualTo("m");
  }
}
