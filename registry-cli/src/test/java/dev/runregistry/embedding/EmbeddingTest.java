package dev.runregistry.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingTest {
  private static final Path SOURCE =
      Path.of("src/test/java/dev/runregistry/embedding/Embedding.java");

  @Test
  void the_program_of_the_readme_runs_and_records(@TempDir Path folder) {
    Run run = Embedding.embed(folder);

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.output().stdout().text()).isEqualTo("trained\n");
  }

  @Test
  void the_readme_has_the_program_as_it_is_compiled() throws IOException {
    String source = Files.readString(SOURCE);
    String program =
        source
            .substring(source.indexOf("// README\n") + 10, source.indexOf("    // end"))
            .stripTrailing();

    assertThat(Files.readString(Path.of("../README.md"))).contains(program.stripIndent());
  }
}
