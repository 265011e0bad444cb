package dev.runregistry.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingTest {
  private static final Path SOURCES = Path.of("src/test/java/dev/runregistry/embedding");

  @Test
  void the_program_of_the_readme_runs_and_records(@TempDir Path folder) {
    Run run = Embedding.embed(folder);

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.output().stdout().text()).isEqualTo("trained\n");
  }

  @Test
  void the_server_of_the_readme_serves(@TempDir Path folder) {
    List<String> answers = new ArrayList<>();

    EmbeddedServer.serve(folder, port -> answers.add(ready(port)));

    assertThat(answers).containsExactly("{\"status\":\"ready\",\"runs_waiting\":0}");
  }

  private static String ready(int port) {
    URI uri = URI.create("http://127.0.0.1:" + port + "/api/health/ready");
    return HttpClient.newHttpClient()
        .sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .join()
        .body();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Embedding.java", "EmbeddedServer.java"})
  void the_readme_has_the_program_as_it_is_compiled(String name) throws IOException {
    String source = Files.readString(SOURCES.resolve(name));
    String program =
        source
            .substring(source.indexOf("// README\n") + 10, source.indexOf("    // end"))
            .stripTrailing();

    assertThat(program.lines().count()).isLessThan(20);
    assertThat(Files.readString(Path.of("../README.md"))).contains(program.stripIndent());
  }
}
