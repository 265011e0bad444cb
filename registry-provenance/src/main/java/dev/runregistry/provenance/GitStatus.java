package dev.runregistry.provenance;

import dev.runregistry.run.Provenance;
import java.util.Optional;

/**
 * The result of {@code git status}.
 *
 * @param commit the commit checked out
 * @param dirty whether tracked files differ from it
 */
record GitStatus(String commit, boolean dirty) {
  private static final String COMMIT = "# branch.oid ";
  private static final String NO_COMMIT = "(initial)";

  /**
   * Parses the output.
   *
   * @param output of {@code --porcelain=v2 --branch}, all of it or its beginning
   * @param whole whether it is complete
   * @return empty before the first commit, and if the output is too short
   */
  static Optional<GitStatus> parse(String output, boolean whole) {
    Optional<String> commit =
        output
            .lines()
            .filter(line -> line.startsWith(COMMIT))
            .map(line -> line.substring(COMMIT.length()))
            .filter(id -> !id.equals(NO_COMMIT))
            .findFirst();
    boolean dirty = output.lines().anyMatch(line -> !line.isEmpty() && line.charAt(0) != '#');
    return commit.filter(id -> dirty || whole).map(id -> new GitStatus(id, dirty));
  }

  /** Returns the provenance with this status, unless it is about another commit. */
  Provenance completing(Provenance known) {
    return known.gitCommit() == null || known.gitCommit().equals(commit)
        ? known.withGit(commit, dirty)
        : known;
  }
}
