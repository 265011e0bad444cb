package dev.runregistry.run.redact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.Samples;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretRedactorTest {
  // put together here, so that nobody who scans sources takes them for real ones
  private static final String LETTERS = "abcDEF0123456789".repeat(3);
  private static final List<String> TOKENS =
      List.of(
          "ghp_" + LETTERS.substring(0, 36),
          "github_" + "pat_" + LETTERS,
          "glpat-" + LETTERS.substring(0, 20),
          "hf_" + LETTERS.substring(0, 34),
          "sk-" + LETTERS,
          "sk-" + "ant-api03-" + LETTERS,
          "xox" + "b-123456789012-" + LETTERS,
          "AKIA" + "ABCDEFGHIJKLMNOP",
          "AIza" + LETTERS.substring(0, 35),
          "npm_" + LETTERS.substring(0, 36),
          "eyJ" + LETTERS + ".eyJ" + LETTERS + "." + LETTERS);

  /** The program, then these words. */
  private static List<String> redacted(String... words) {
    String[] command = new String[words.length + 1];
    command[0] = "train";
    System.arraycopy(words, 0, command, 1, words.length);
    List<String> redacted = SecretRedactor.redact(List.of(command));
    return redacted.subList(1, redacted.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--password", "--db-password", "--passwd", "--token", "--auth-token", "--auth_token",
        "--api-key", "--apikey", "--apiKey", "--wandb_api_key", "--secret", "--client-secret",
        "--aws-secret-access-key", "--passphrase", "-password", "--hfToken", "--pass", "--PASSWORD",
        "--private-key", "--acme-token", "-Ddb.password", "--cookie", "--session-cookie", "--pat"
      })
  void the_value_of_a_secret_option_is_redacted(String option) {
    assertThat(redacted(option, "hunter2", "data")).containsExactly(option, "***", "data");
    assertThat(redacted(option + "=hunter2", "data")).containsExactly(option + "=***", "data");
    assertThat(redacted(option + "=a;b, c=d")).containsExactly(option + "=***");
  }

  @ParameterizedTest
  @CsvSource({
    "--token-count,5",
    "--max-tokens,512",
    "--max_new_tokens,512",
    "--num-token,5",
    "--pad-token,[PAD]",
    "--eos_token,</s>",
    "--mask-token,<mask>",
    "--decoder-start-token-id,0",
    "--token,5",
    "--use_auth_token,True",
    "--tokenizer,gpt2",
    "--token-file,/run/secrets/token",
    "--password-file,/run/secrets/db",
    "--secret-name,db",
    "--key,label",
    "--keys,a",
    "--sort-key,name",
    "--bypass,cache",
    "--first-pass,1",
    "--compass,north",
    "--author,Ann",
    "--compat,1",
    "--cookie-file,jar.txt",
    "SORT_KEY,name",
    "PUBLIC_KEY,ssh-rsa",
    "--epochs,3"
  })
  void what_only_looks_like_a_secret_stays_readable(String option, String value) {
    assertThat(redacted(option, value)).containsExactly(option, value);
    assertThat(redacted(option + "=" + value)).containsExactly(option + "=" + value);
  }

  @Test
  void an_option_after_one_that_asks_for_the_password_is_no_password() {
    assertThat(redacted("--password", "-h", "db1", "--token"))
        .containsExactly("--password", "-h", "db1", "--token");
  }

  @Test
  void variables_before_a_command_are_redacted_by_their_names() {
    assertThat(
            redacted(
                "HF_TOKEN=abc,def", "PGPASSWORD=x", "PWD=/home/ann", "OLDPWD=/", "SEED=1", "a"))
        .containsExactly(
            "HF_TOKEN=***", "PGPASSWORD=***", "PWD=/home/ann", "OLDPWD=/", "SEED=1", "a");
  }

  @Test
  void the_password_in_a_url_is_redacted_and_its_user_is_not() {
    assertThat(
            redacted(
                "postgresql://ann:p@ss:w0rd@db/runs?sslmode=require",
                "--remote=https://ann:secret@example.org/x.git",
                "https://abcdef@github.com/x/y",
                "ssh://git@github.com/x/y",
                "jdbc:postgresql://db/runs?user=ann&password=secret&ssl=true",
                "https://store/data?sv=1&sig=abc%2Fdef&x=2",
                "https://example.org:8080/@ann"))
        .containsExactly(
            "postgresql://ann:***@db/runs?sslmode=require",
            "--remote=https://ann:***@example.org/x.git",
            "https://***@github.com/x/y",
            "ssh://git@github.com/x/y",
            "jdbc:postgresql://db/runs?user=ann&password=***&ssl=true",
            "https://store/data?sv=1&sig=***&x=2",
            "https://example.org:8080/@ann");
  }

  @Test
  void headers_and_json_are_redacted_within_an_argument() {
    assertThat(
            redacted(
                "Authorization: Bearer abc.def",
                "X-Api-Key: 12345",
                "Accept: application/json",
                "{\"user\": \"ann\", \"password\": \"p w\", \"epochs\": 3}"))
        .containsExactly(
            "Authorization: Bearer ***",
            "X-Api-Key: ***",
            "Accept: application/json",
            "{\"user\": \"ann\", \"password\": \"***\", \"epochs\": 3}");
  }

  /** What was seen: each of these went on record as it was. */
  @Test
  void keys_cookies_and_lines_of_configuration_files_are_redacted() {
    assertThat(
            redacted(
                "STRIPE_KEY=abc",
                "CI_PAT=abc",
                "https://maps.example.org/x?q=1&key=abc&z=2",
                "https://maps.example.org/x?key=abc#top",
                "user: ann\npassword: x\nseed: 7",
                "Cookie: session=abc",
                "first pass: 1"))
        .containsExactly(
            "STRIPE_KEY=***",
            "CI_PAT=***",
            "https://maps.example.org/x?q=1&key=***&z=2",
            "https://maps.example.org/x?key=***#top",
            "user: ann\npassword: ***\nseed: 7",
            "Cookie: ***",
            "first pass: 1");
  }

  @Test
  void escaped_quotes_do_not_end_a_secret() {
    assertThat(
            redacted(
                "x 'y' password=\"a\\\"b c\" z",
                "-d {\\\"user\\\": \\\"ann\\\", \\\"password\\\": \\\"a b\\\"}",
                "x {\"password\": \"a\\\"b c\"}"))
        .containsExactly(
            "x 'y' password=\"***\" z",
            "-d {\\\"user\\\": \\\"ann\\\", \\\"password\\\": \\\"***\\\"}",
            "x {\"password\": \"***\"}");
  }

  @Test
  void a_script_keeps_all_but_its_secrets() {
    assertThat(
            redacted(
                "-c",
                "export DB_PASSWORD='a b'; curl -H 'Authorization: Basic dXNlcjpwYXNz' $URL;"
                    + " python train.py --seed=7"))
        .containsExactly(
            "-c",
            "export DB_PASSWORD='***'; curl -H 'Authorization: Basic ***' $URL;"
                + " python train.py --seed=7");
  }

  @Test
  void tokens_of_well_known_services_are_redacted_wherever_they_stand() {
    for (String token : TOKENS) {
      assertThat(redacted(token)).describedAs(token).containsExactly("***");
      assertThat(redacted("push to=" + token + " now"))
          .describedAs(token)
          .containsExactly("push to=*** now");
    }
  }

  @Test
  void hashes_ids_paths_and_scripts_stay_as_they_are() {
    List<String> harmless =
        List.of(
            "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
            "018f6f2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f",
            "/data/sk-learn-pipeline-experiment-2/model.bin",
            "s3://bucket/key/token.txt",
            "print('the token: 5', x == y)",
            "model=google/gemma-2b-it",
            "user@example.org",
            "12:34:56",
            "{config}",
            "--",
            "-",
            "");
    assertThat(redacted(harmless.toArray(new String[0]))).isEqualTo(harmless);
  }

  @Test
  void the_name_of_the_program_is_never_redacted() {
    assertThat(SecretRedactor.redact(List.of("--password", "x", "y")))
        .containsExactly("--password", "x", "y");
  }

  /** What was seen: the secret of a line that only a shell understands went on record. */
  @Test
  void a_secret_that_is_assigned_before_the_program_is_redacted() {
    assertThat(SecretRedactor.redact(List.of("API_KEY=s3cret", "python3", "x.py")))
        .containsExactly("API_KEY=***", "python3", "x.py");
    assertThat(SecretRedactor.program("API_KEY=s3cret")).isEqualTo("API_KEY=***");
    assertThat(SecretRedactor.program("./a=b")).isEqualTo("./a=b");
  }

  @Test
  void what_is_redacted_stays_as_it_is() {
    List<String> once =
        redacted(
            "--password",
            "x",
            "--token=y",
            "https://u:p@h/",
            "https://t@h/",
            "a 'API_KEY=z' b",
            "Authorization: Bearer q",
            "{\"secret\":\"s\"}");
    assertThat(redacted(once.toArray(new String[0]))).isEqualTo(once);
    assertThat(String.join(" ", once)).doesNotContainPattern("\\b[xyzpqs]\\b");
  }

  @Test
  void a_variable_is_redacted_by_its_name_and_by_what_is_in_it() {
    assertThat(SecretRedactor.redact("HF_TOKEN", "abc")).isEqualTo("***");
    assertThat(SecretRedactor.redact("HTTP_PROXY", "http://u:p@proxy:3128"))
        .isEqualTo("http://u:***@proxy:3128");
    assertThat(SecretRedactor.redact("TZ", "UTC")).isEqualTo("UTC");
  }

  @Test
  void hostile_arguments_take_no_longer_than_their_length() {
    int length = 1 << 17; // the longest argument that Linux takes
    for (String piece :
        List.of(
            "eyJ",
            "a=\"",
            "a='",
            "sk-",
            "://",
            "http://",
            "a:",
            "\"a\": \"",
            "-",
            "ghp_",
            "bearer ",
            "-----BEGIN PRIVATE KEY-----",
            "eyJaaaaaaaaaa.",
            "x-token:",
            "a=\"\\",
            "\\\"a",
            "a=\"\\\"",
            "?key=",
            "password: ")) {
      String word = piece.repeat(length / piece.length());
      assertThat(SecretRedactor.redact(List.of("train", word))).hasSize(2);
    }
    char[] one = new char[length];
    Arrays.fill(one, 'a');
    assertThat(SecretRedactor.redact(List.of("train", new String(one) + "="))).hasSize(2);
  }

  @Test
  void a_request_starts_what_was_asked_for_and_records_it_redacted() {
    RunRequest request =
        RunRequest.command(DatasetKey.NONE, "none", List.of("train", "--token", "hunter2"))
            .withTimeLimit(Duration.ofSeconds(1));

    assertThat(request.toInvocation().command()).containsExactly("train", "--token", "hunter2");
    assertThat(request.toSpec(Samples.ID).command()).containsExactly("train", "--token", "***");
    assertThat(request + " " + request.toInvocation()).doesNotContain("hunter2");
  }
}
