package dev.runregistry.executor.local;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code git} is asked about a working directory, by a thread of its own, and its answer. */
final class GitQuestion {
  /** For git, on a huge repository or a slow disk. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** For who has nothing else to wait for any more. */
  static final Duration PATIENCE = Duration.ofMillis(500);

  private static final int ENOUGH = 8_192; // the header and one changed file

  /** No lock, no hook, no daemon: the repository is the user's, who may be using it. */
  private static final List<String> ARGUMENTS =
      List.of(
          "-c",
          "core.fsmonitor=false",
          "status",
          "--porcelain=v2",
          "--branch",
          "--no-ahead-behind",
          "--untracked-files=no");

  /** They would lead to another repository than the one that the run was started in. */
  private static final List<String> MISLEADING =
      List.of("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE");

  private static final Logger log = LoggerFactory.getLogger(GitQuestion.class);

  private final CompletableFuture<Optional<GitStatus>> answer = new CompletableFuture<>();
  private final String program;
  private final File folder;
  private final Duration patience;
  private @Nullable Process git; // guarded by this
  private boolean given; // up; guarded by this

  private GitQuestion(String program, File folder, Duration patience) {
    this.program = program;
    this.folder = folder;
    this.patience = patience;
  }

  /** Begins to ask; {@link #answer} waits for that time at most. */
  static GitQuestion asked(String program, File folder, Duration patience) {
    GitQuestion question = new GitQuestion(program, folder, patience);
    Thread thread = new Thread(question::ask, "git status");
    thread.setDaemon(true);
    thread.start();
    return question;
  }

  private void ask() {
    try {
      answer.complete(askedOf(start()));
    } catch (IOException | RuntimeException e) { // no git here, or it was told to stop
      log.debug("git says nothing about {}", folder, e);
    } finally {
      answer.complete(Optional.empty());
    }
  }

  private synchronized Process start() throws IOException {
    if (given) {
      throw new IOException("nobody waits for the answer");
    }
    List<String> words = new ArrayList<>(List.of(program));
    words.addAll(ARGUMENTS);
    ProcessBuilder asking = new ProcessBuilder(words).directory(folder);
    Map<String, String> environment = asking.environment();
    environment.keySet().removeAll(MISLEADING);
    environment.put("GIT_OPTIONAL_LOCKS", "0");
    environment.put("GIT_TERMINAL_PROMPT", "0");
    Process started =
        asking
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectError(Redirect.DISCARD)
            .start();
    git = started;
    CompletableFuture.delayedExecutor(limit().toMillis(), TimeUnit.MILLISECONDS)
        .execute(started::destroyForcibly); // does nothing to one that has ended
    return started;
  }

  private Duration limit() {
    return LIMIT.compareTo(patience) < 0 ? patience : LIMIT;
  }

  private static Optional<GitStatus> askedOf(Process git) throws IOException {
    try (InputStream in = git.getInputStream()) {
      byte[] said = in.readNBytes(ENOUGH);
      boolean whole = said.length < ENOUGH && succeeds(git);
      return GitStatus.parse(new String(said, StandardCharsets.UTF_8), whole);
    } finally {
      git.destroyForcibly();
    }
  }

  private static boolean succeeds(Process git) {
    return Uninterruptibly.await(git, LIMIT) && git.exitValue() == 0;
  }

  /** The answer, after a moment at most; empty if there is none by then. */
  Optional<GitStatus> answer() {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return giveUp();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return giveUp();
    }
  }

  private synchronized Optional<GitStatus> giveUp() {
    given = true;
    if (git != null) {
      git.destroyForcibly();
    }
    return Optional.empty();
  }
}
