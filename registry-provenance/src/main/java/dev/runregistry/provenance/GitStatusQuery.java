package dev.runregistry.provenance;

import dev.runregistry.internal.host.HelperProcess;
import dev.runregistry.internal.host.HelperProcess.Result;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A query of {@code git} about a working directory, on a thread of its own, and its result. */
final class GitStatusQuery {
  /** The timeout of git, on a huge repository or a slow disk. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** The timeout of a caller that has nothing else to wait for. */
  static final Duration TIMEOUT = Duration.ofMillis(500);

  private static final int MAX_STATUS_BYTES = 8_192; // the header and one changed file
  private static final int MAX_FILTER_BYTES = 1 << 16;

  /**
   * The repository may be hostile: no program in its configuration is executed, and nothing is
   * fetched. Submodules have configurations of their own, so git does not inspect them.
   */
  private static final List<String> SAFE_OPTIONS =
      List.of(
          "-c", "core.fsmonitor=false",
          "-c", "core.hooksPath=/dev/null",
          "-c", "protocol.allow=never");

  private static final List<String> STATUS =
      List.of(
          "status",
          "--porcelain=v2",
          "--branch",
          "--no-ahead-behind",
          "--untracked-files=no",
          "--ignore-submodules=dirty");

  /** Lists scopes and names, each terminated by a zero byte. */
  private static final List<String> FILTERS =
      List.of(
          "config",
          "--show-scope",
          "--includes",
          "-z",
          "--name-only",
          "--get-regexp",
          "^filter\\.");

  private static final Set<String> OF_REPOSITORY = Set.of("local", "worktree");

  /** A name that can be overridden as {@code -c filter.NAME.clean=}. */
  private static final Pattern FILTER = Pattern.compile("(filter\\.[\\w. /-]+)\\.[a-z]+");

  private static final int NONE_FOUND = 1; // the exit code of git config

  /** The first ones would redirect git to a repository other than that of the working directory. */
  private static final Map<String, @Nullable String> ENVIRONMENT = environment();

  private static final Logger log = LoggerFactory.getLogger(GitStatusQuery.class);

  private final CompletableFuture<Optional<GitStatus>> answer = new CompletableFuture<>();
  private final String program;
  private final File folder;
  private final Map<String, String> environment;
  private final Duration timeout;
  private @Nullable HelperProcess git; // guarded by this
  private boolean cancelled; // guarded by this

  private GitStatusQuery(
      String program, File folder, Map<String, String> environment, Duration timeout) {
    this.program = program;
    this.folder = folder;
    this.environment = environment;
    this.timeout = timeout;
  }

  private static Map<String, @Nullable String> environment() {
    Map<String, @Nullable String> changes = new HashMap<>();
    for (String name :
        List.of(
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_INDEX_FILE",
            "GIT_COMMON_DIR",
            "GIT_NAMESPACE",
            "GIT_OBJECT_DIRECTORY",
            "GIT_ALTERNATE_OBJECT_DIRECTORIES")) {
      changes.put(name, null);
    }
    changes.put("GIT_OPTIONAL_LOCKS", "0");
    changes.put("GIT_TERMINAL_PROMPT", "0");
    changes.put("GIT_NO_LAZY_FETCH", "1"); // since git 2.44; before that no protocol is allowed
    changes.put("GIT_ALLOW_PROTOCOL", "none");
    return changes;
  }

  /** Starts the query; {@link #answer} blocks for that time at most. */
  static GitStatusQuery asked(
      String program, File folder, Map<String, String> environment, Duration timeout) {
    GitStatusQuery question = new GitStatusQuery(program, folder, environment, timeout);
    Thread thread = new Thread(question::ask, "git status");
    thread.setDaemon(true);
    thread.start();
    return question;
  }

  private void ask() {
    try {
      answer.complete(status());
    } catch (IOException | RuntimeException e) { // no git here, or cancelled
      log.debug("git says nothing about {}", folder, e);
    } finally {
      answer.complete(Optional.empty());
    }
  }

  private Optional<GitStatus> status() throws IOException {
    List<String> words = new ArrayList<>(withoutFilters(run(FILTERS, MAX_FILTER_BYTES)));
    words.addAll(STATUS);
    Result said = run(words, MAX_STATUS_BYTES);
    return GitStatus.parse(said.output(), said.whole() && said.exitCode() == 0);
  }

  /**
   * Returns options that disable the filters defined by the repository itself. Those of the user
   * and of the system remain, unless the repository redefines a part of them.
   *
   * @throws IOException if these cannot be determined
   */
  private static List<String> withoutFilters(Result listed) throws IOException {
    if (listed.exitCode() == NONE_FOUND && listed.output().isEmpty()) {
      return List.of();
    }
    if (listed.exitCode() != 0 || !listed.whole()) {
      throw new IOException("the filters of the repository are not known");
    }
    String[] fields = listed.output().split("\0", -1);
    Set<String> options = new LinkedHashSet<>();
    for (int i = 0; i + 1 < fields.length; i += 2) {
      if (OF_REPOSITORY.contains(fields[i])) {
        Matcher filter = FILTER.matcher(fields[i + 1]);
        if (!filter.matches()) {
          throw new IOException("a filter of the repository has an odd name: " + fields[i + 1]);
        }
        options.add(filter.group(1) + ".clean=");
        options.add(filter.group(1) + ".process=");
        options.add(filter.group(1) + ".required=false");
      }
    }
    return options.stream().flatMap(option -> Stream.of("-c", option)).toList();
  }

  private Result run(List<String> words, int maxBytes) throws IOException {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(SAFE_OPTIONS);
    command.addAll(words);
    HelperProcess process =
        new HelperProcess(command, maxBytes, limit())
            .in(folder)
            .withEnvironment(environment)
            .changing(ENVIRONMENT);
    synchronized (this) {
      git = process;
      if (cancelled) {
        process.cancel();
      }
    }
    return process.run().orElseThrow(() -> new IOException("git did not end in time"));
  }

  private Duration limit() {
    return LIMIT.compareTo(timeout) < 0 ? timeout : LIMIT;
  }

  /** Returns the result, waiting up to the timeout; empty if there is none by then. */
  Optional<GitStatus> answer() {
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return giveUp();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return giveUp();
    }
  }

  private synchronized Optional<GitStatus> giveUp() {
    cancelled = true;
    if (git != null) {
      git.cancel();
    }
    return Optional.empty();
  }
}
