package dev.runregistry.executor.slurm;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.FileTooLargeException;
import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.internal.files.RegularFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@code slurm-job} of a workspace: {@code submitting}, written before a job is submitted,
 * then {@code job CLUSTER NUMBER}. It names the job on record; the job itself is found by its name,
 * because the run can write this file.
 */
final class JobFile {
  private static final String SUBMITTING = "submitting\n";
  private static final Pattern JOB = Pattern.compile("job (\\S{1,100}) (\\d{1,10})\n");
  private static final int MAX_BYTES = 1000;

  private final Path file;
  private final Path terminated;
  private final Path overdue;

  JobFile(Path workspace) {
    file = workspace.resolve("slurm-job");
    terminated = workspace.resolve("slurm-terminated");
    overdue = workspace.resolve("slurm-overdue");
  }

  /** Records that the job is about to be cancelled because the registry terminates the run. */
  void terminated() throws IOException {
    DurableFiles.write(terminated, new byte[0]);
  }

  /** Records that the job is about to be cancelled because it has waited too long. */
  void overdue() throws IOException {
    DurableFiles.write(overdue, new byte[0]);
  }

  /** Returns whether {@link #terminated()} was recorded. */
  boolean isTerminated() throws IOException {
    return RegularFiles.exists(terminated);
  }

  /** Returns whether {@link #overdue()} was recorded. */
  boolean isOverdue() throws IOException {
    return RegularFiles.exists(overdue);
  }

  /** Records that a job is about to be submitted. */
  void submitting() throws IOException {
    DurableFiles.write(file, SUBMITTING.getBytes(StandardCharsets.UTF_8));
  }

  /** Records the job. */
  void submitted(String cluster, long id) throws IOException {
    DurableFiles.write(file, "job %s %d\n".formatted(cluster, id).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns whether a job may have been submitted.
   *
   * @throws IOException if that cannot be determined now
   */
  boolean exists() throws IOException {
    return RegularFiles.exists(file);
  }

  /** Returns cluster and number; empty if they are not recorded. */
  Optional<String> externalId() throws IOException {
    try {
      Matcher job =
          JOB.matcher(
              new String(
                  RegularFiles.read(file, MAX_BYTES, LinkOption.NOFOLLOW_LINKS),
                  StandardCharsets.UTF_8));
      return job.matches() ? Optional.of(job.group(1) + ":" + job.group(2)) : Optional.empty();
    } catch (NoSuchFileException | NotRegularFileException | FileTooLargeException e) {
      return Optional.empty();
    }
  }
}
