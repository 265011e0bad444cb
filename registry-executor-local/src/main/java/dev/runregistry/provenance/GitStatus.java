package dev.runregistry.provenance;

import dev.runregistry.run.Provenance;
import java.util.Optional;

/**
 * What {@code git status} says.
 *
 * @param commit what is checked out
 * @param dirty whether files that git knows differ from it
 */
record GitStatus(String commit, boolean dirty) {
  private static final String COMMIT = "# branch.oid ";
  private static final String NO_COMMIT = "(initial)";

  /**
   * Reads it.
   *
   * @param output of {@code --porcelain=v2 --branch}, all of it or its beginning
   * @param whole whether it is all
   * @return empty before the first commit, and when too little is there to know
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

  /** The same provenance with this in it, unless it is about another commit. */
  Provenance completing(Provenance known) {
    return known.gitCommit() == null || known.gitCommit().equals(commit)
        ? known.withGit(commit, dirty)
        : known;
  }
}
