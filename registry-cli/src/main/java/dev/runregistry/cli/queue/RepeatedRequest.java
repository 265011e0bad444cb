package dev.runregistry.cli.queue;

import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.redact.SecretRedactor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The request of a recorded run, to be submitted again. */
final class RepeatedRequest {
  private static final String NOT_SET = "not set";

  private RepeatedRequest() {}

  /**
   * Returns the request, with its description, and the run as its parent.
   *
   * @throws CommandFailedException if a secret in its command was redacted
   */
  static RunRequest of(Run run) {
    RunSpec spec = run.spec();
    for (int i = 0; i < spec.command().size(); i++) {
      String word = spec.command().get(i);
      if (word.contains(SecretRedactor.REDACTED)) {
        throw new CommandFailedException(
            "run %s cannot be rerun: word %d of its command is recorded as '%s', with a secret"
                    .formatted(run.id(), i + 1, word)
                + " redacted; submit the whole command again with 'registry submit'");
      }
    }
    RunRequest request = subject(spec);
    if (spec.training() != null) {
      request = request.withTraining(spec.training()).withOutputDir(outputDir(run));
    }
    return request
        .withTimeLimit(spec.timeLimit())
        .withDescription(spec.description())
        .withParent(run.id());
  }

  private static RunRequest subject(RunSpec spec) {
    if (spec.command().isEmpty()) {
      return RunRequest.dryRun(spec.datasetKey(), spec.modelId());
    }
    return spec.training() == null
        ? RunRequest.command(spec.datasetKey(), spec.modelId(), spec.command())
        : RunRequest.training(spec.datasetKey(), spec.modelId(), spec.command());
  }

  /** The default directory has the id of its run. */
  private static @Nullable String outputDir(Run run) {
    String recorded = run.spec().outputDir();
    return recorded == null || recorded.contains(run.id().toString()) ? null : recorded;
  }

  /** Returns a sentence for each difference between two origins that may change a result. */
  static List<String> differences(@Nullable Provenance before, @Nullable Provenance now) {
    List<String> differences = new ArrayList<>();
    if (before == null || now == null) {
      return differences;
    }
    String earlier = text(before.gitCommit());
    String current = text(now.gitCommit());
    if (!earlier.equals(current)) {
      differences.add("differs: commit %s, now %s".formatted(earlier, current));
    }
    if (Boolean.TRUE.equals(before.gitDirty())) {
      differences.add("differs: the earlier run had uncommitted changes");
    }
    differences.addAll(variables(before.environment(), now.environment()));
    return differences;
  }

  private static List<String> variables(Map<String, String> before, Map<String, String> now) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      String earlier = before.getOrDefault(name, NOT_SET);
      String current = now.getOrDefault(name, NOT_SET);
      if (!earlier.equals(current)) {
        differences.add("differs: %s %s, now %s".formatted(name, earlier, current));
      }
    }
    return differences;
  }

  private static String text(@Nullable String commit) {
    return commit == null ? "unknown" : commit;
  }
}
