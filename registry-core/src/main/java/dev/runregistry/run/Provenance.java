package dev.runregistry.run;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a run comes from: with its {@link RunSpec}, what is needed to run it again. Known when it
 * starts, but for what {@code git} is asked while it runs.
 *
 * <p>A text that a record cannot hold never keeps a run from being recorded: NUL and lone
 * surrogates become U+FFFD, and what is too long is cut and ends in an ellipsis.
 *
 * @param host the name of the host, 1 to 255 characters
 * @param user who the registry ran as, 1 to 255 characters; null where the host has no name for
 *     them
 * @param workingDirectory where the command was started, an absolute path of at most 4 096
 *     characters
 * @param registryVersion of the program that recorded it, 1 to 64 characters
 * @param gitCommit what was checked out in the working directory when the run started, 40 or 64
 *     hexadecimal digits; null where there is no repository, or it could not be read
 * @param gitDirty whether files that git knows differed from that commit when git was asked, which
 *     is soon after the start: what the run itself changed by then counts. Files that git does not
 *     know do not count. Null without a commit, for a dry-run, and where git did not answer in time
 *     or spoke of another commit
 * @param environment those variables of the run that are to be recorded, in the order of their
 *     names; values have at most 1 000 characters, and secrets in them are masked
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

  /** Found at the first commit: patterns take their time. */
  private static final class Shape {
    static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?");
  }

  /**
   * Makes every text storable.
   *
   * @throws IllegalArgumentException if a text that has to be there is empty, or the commit is none
   */
  public Provenance {
    host = Text.require("host", Text.shortened(host, MAX_NAME), MAX_NAME);
    user = user == null ? null : Text.require("user", Text.shortened(user, MAX_NAME), MAX_NAME);
    workingDirectory =
        Text.require("working_dir", Text.shortened(workingDirectory, MAX_PATH), MAX_PATH);
    registryVersion =
        Text.require("registry_version", Text.shortened(registryVersion, MAX_VERSION), MAX_VERSION);
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
        (name, value) -> sorted.put(Text.storable(name), Text.shortened(value, MAX_VALUE)));
    return Collections.unmodifiableMap(sorted);
  }

  /** The same with what git said; both null where it said nothing. */
  public Provenance withGit(@Nullable String commit, @Nullable Boolean dirty) {
    return new Provenance(
        host, user, workingDirectory, registryVersion, commit, dirty, environment);
  }
}
