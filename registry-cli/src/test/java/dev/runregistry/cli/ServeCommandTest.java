package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.cli.config.ServerSettings;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.process.ChildEnvironment;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.http.RegistryMetrics;
import dev.runregistry.http.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code registry serve} in this process: how it is set up; {@link ServeIT} has the rest. */
class ServeCommandTest {
  @TempDir private Path folder;
  private Session session;

  @BeforeEach
  void open() {
    session = new Session(folder);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("token"), text);
  }

  @Test
  void a_signal_that_comes_while_it_starts_stops_it_in_good_order() {
    SignalRelay signals = new SignalRelay();
    signals.receive("TERM");

    Result result = session.registry(signals, "serve", "--port", "0", "--host", "localhost");

    assertThat(result.code()).isZero();
    assertThat(result.out()).matches("http://localhost:[1-9][0-9]*\n");
  }

  @Test
  void it_does_not_listen_for_others_without_a_token() {
    Result result = session.registry("serve", "--host", "0.0.0.0", "--port", "0");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualTo(
            "registry: on 0.0.0.0, which is not a loopback address, the server needs a token;"
                + " see 'registry serve --help'\n");
  }

  @Test
  void a_token_file_that_is_empty_opens_no_door() throws IOException {
    Path empty = file("\n");

    Result result = session.registry("serve", "--port", "0", "--token-file", empty.toString());

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "registry: the token for the server cannot be read from %s (option --token-file):"
                    .formatted(empty)
                + " its first line is empty\n");
  }

  @Test
  void two_tokens_are_one_too_many() {
    Result result =
        session.with("REGISTRY_TOKEN", "s3cret").registry("serve", "--token-file", "/token");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("token for the server given twice").doesNotContain("s3cret");
  }

  @Test
  void a_port_that_is_taken_is_1_and_a_sentence() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());

      Result result = session.registry("serve", "--port", port);

      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err())
          .isEqualTo(
              "registry: cannot listen on 127.0.0.1:%s: the port is taken; choose another one, 0 for any free one\n"
                  .formatted(port));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--port, x, not a whole number: 'x' (option --port)",
    "--port, 70000, the port must be 0 to 65535: 70000",
    "--local-max, 0, at least one local run must be possible: 0",
    "--local-timeout, 5w, not a duration: '5w'",
    "--stop-timeout, soon, not a duration: 'soon'",
    "--log-format, xml, log.format must be json or text: xml (option --log-format)",
    "--cors-origins, *, an origin is a scheme and a host",
    "--command, sh -c 'x', the command (option --command) cannot be used",
    "--host, no.such.host.invalid, no such host to listen on: no.such.host.invalid"
  })
  void a_setting_that_makes_no_sense_is_2_and_says_why(String option, String value, String why) {
    Result result = session.registry("serve", option, value);

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("registry: " + why);
  }

  @Test
  void every_setting_reaches_the_server() throws IOException {
    Map<String, String> environment =
        Map.ofEntries(
            Map.entry("REGISTRY_HOME", folder.toString()),
            Map.entry("REGISTRY_HOST", "0.0.0.0"),
            Map.entry("REGISTRY_PORT", "8123"),
            Map.entry("REGISTRY_TOKEN_FILE", file("s3cret\nmore\n").toString()),
            Map.entry("REGISTRY_ALLOWED_HOSTS", "runs.example, other.example"),
            Map.entry("REGISTRY_CORS_ORIGINS", "https://a.example,https://b.example"),
            Map.entry("REGISTRY_COMMAND", "train {config}"),
            Map.entry("REGISTRY_LOCAL_TIMEOUT", "2h"),
            Map.entry("REGISTRY_LOCAL_MAX", "3"),
            Map.entry("REGISTRY_STOP_TIMEOUT", "500ms"));

    ServerConfig config =
        new ServerSettings(Settings.of(Map.of(), null, environment))
            .config(new RegistryMetrics(), () -> {});

    assertThat(config.host()).isEqualTo("0.0.0.0");
    assertThat(config.port()).isEqualTo(8123);
    assertThat(config.token()).isEqualTo("s3cret");
    assertThat(config.allowedHosts()).containsExactlyInAnyOrder("runs.example", "other.example");
    assertThat(config.corsOrigins())
        .containsExactlyInAnyOrder("https://a.example", "https://b.example");
    assertThat(config.command()).containsExactly("train", "{config}");
    assertThat(config.localRunTimeout()).isEqualTo(Duration.ofHours(2));
    assertThat(config.maxLocalRuns()).isEqualTo(3);
    assertThat(config.stopTimeout()).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void a_run_knows_nothing_of_the_token() {
    assertThat(ChildEnvironment.of(Map.of("REGISTRY_TOKEN", "s3cret")).changes())
        .containsEntry("REGISTRY_TOKEN", null)
        .containsEntry("REGISTRY_TOKEN_FILE", null);
  }
}
