package dev.runregistry.executor.slurm;

import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A registry in miniature, for tests that kill it. */
public final class SlurmRunMain {
  private SlurmRunMain() {}

  /** Runs {@code HOME LIMIT-IN-SECONDS COMMAND…} on the cluster of SLURM_CONF. */
  public static void main(String[] args) {
    FileRunJournal home = FileRunJournal.at(Path.of(args[0]));
    Duration limit = Duration.ofSeconds(Long.parseLong(args[1]));
    SlurmExecutor executor =
        SlurmExecutor.builder(SlurmRuns.supervisor()).interval(Duration.ofMillis(200)).build();
    RunId id = new UuidV7RunIds().next();
    RunRequest request =
        RunRequest.command(DatasetKey.NONE, "none", List.of(args).subList(2, args.length))
            .withTimeLimit(limit.isZero() ? null : limit);
    Run pending = Run.pending(id, request.toSpec(id), Instant.now());
    home.submit(pending, executor.name(), DatabaseIdentity.UNKNOWN);
    Path workspace = home.workspace(id).orElseThrow();
    executor.start(pending, Invocation.of(pending.spec().command()), workspace).await();
  }
}
