package dev.runregistry.run;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The origin of a run: with its {@link RunSpec}, the data needed to run it again. Known at the
 * start, except for the results of {@code git}, which runs beside it.
 *
 * <p>An unstorable text never prevents a run from being recorded: NUL and lone surrogates become
 * U+FFFD, and longer texts are truncated and end in an ellipsis.
 *
 * @param host the name of the host, 1 to 255 characters
 * @param user the user of the registry process, 1 to 255 characters; null where the host has no
 *     name for it
 * @param workingDirectory the directory in which the command was started, an absolute path of at
 *     most 4 096 characters
 * @param registryVersion the version of the registry that recorded it, 1 to 64 characters
 * @param gitCommit the commit checked out in the working directory at the start, 40 or 64
 *     hexadecimal digits; null where there is no repository, or it could not be read
 * @param gitDirty whether tracked files differed from that commit when {@code git} was run, which
 *     is soon after the start: changes made by the run itself until then count. Untracked files do
 *     not count. Null without a commit, for a dry-run, and if git timed out or reported another
 *     commit
 * @param environment the recorded variables of the run, ordered by name; values have at most 1 000
 *     characters, and secrets in them are redacted
 */
public record Provenance(
    String host,
    @Nullable String user,
    String workingDirectory,
    String registryVersion,
    @Nullable String gitCommit,
    @Nullable Boolean gitDirty,
    Map<String, String> environment) {

  private static final int MAX_NAME = 255;
  private static final int MAX_PATH = 4_096; // PATH_MAX of Linux
  private static final int MAX_VERSION = 64;
  private static final int MAX_VALUE = 1_000;

  /** Loaded at the first commit: compiling patterns is slow. */
  private static final class Shape {
    static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?");
  }

  /**
   * Sanitizes every text.
   *
   * @throws IllegalArgumentException if a required text is empty, or the commit is malformed
   */
  public Provenance {
    host = Text.require("host", Text.truncate(host, MAX_NAME), MAX_NAME);
    user = user == null ? null : Text.require("user", Text.truncate(user, MAX_NAME), MAX_NAME);
    workingDirectory =
        Text.require("working_dir", Text.truncate(workingDirectory, MAX_PATH), MAX_PATH);
    registryVersion =
        Text.require("registry_version", Text.truncate(registryVersion, MAX_VERSION), MAX_VERSION);
    if (gitCommit != null && !Shape.COMMIT.matcher(gitCommit).matches()) {
      throw new IllegalArgumentException("not the id of a commit: " + Text.quote(gitCommit));
    }
    if (gitDirty != null && gitCommit == null) {
      throw new IllegalArgumentException("git_dirty says nothing without git_commit");
    }
    environment = sorted(environment);
  }

  private static Map<String, String> sorted(Map<String, String> environment) {
    Map<String, String> sorted = new TreeMap<>();
    environment.forEach(
        (name, value) -> sorted.put(Text.sanitize(name), Text.truncate(value, MAX_VALUE)));
    return Collections.unmodifiableMap(sorted);
  }

  /** Returns a copy that has these variables recorded, too. */
  public Provenance withVariables(Map<String, String> variables) {
    Map<String, String> all = new TreeMap<>(environment);
    all.putAll(variables);
    return new Provenance(host, user, workingDirectory, registryVersion, gitCommit, gitDirty, all);
  }

  /** Returns a copy with the results of git; both are null if there are none. */
  public Provenance withGit(@Nullable String commit, @Nullable Boolean dirty) {
    return new Provenance(
        host, user, workingDirectory, registryVersion, commit, dirty, environment);
  }
}
