package dev.runregistry.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real repository; git has to be installed. */
record GitRepository(Path folder) {
  static GitRepository in(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    GitRepository made = new GitRepository(folder);
    made.git("init", "-q");
    return made;
  }

  /** Commits that file with that text and returns the commit. */
  String commit(String file, String text) throws IOException, InterruptedException {
    write(file, text);
    git("add", "-A");
    git("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "commit", "-q", "-m", text);
    return git("rev-parse", "HEAD");
  }

  void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text);
  }

  /** Runs git and returns what it printed. */
  String git(String... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("git"));
    words.addAll(List.of(arguments));
    ProcessBuilder command = new ProcessBuilder(words).directory(folder.toFile());
    command.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    command.environment().put("HOME", folder.toString());
    Process git = command.redirectError(Redirect.INHERIT).start();
    try (InputStream in = git.getInputStream()) {
      String said = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(git.waitFor()).describedAs("git %s", words).isZero();
      return said;
    }
  }
}
