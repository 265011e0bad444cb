package dev.runregistry.executor.slurm;

import dev.runregistry.internal.host.HelperProcess;
import dev.runregistry.internal.host.HelperProcess.Result;
import dev.runregistry.run.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The command line of Slurm. Jobs are found by their names and the user, never by their numbers
 * alone, which Slurm gives to other jobs after it lost one. So only lines of the registry's own
 * jobs are printed, and no text of another user is parsed. Safe for use by many threads.
 */
final class SlurmCommands {
  /** Slurm itself gives up after 9 to 20 seconds. */
  private static final Duration ANSWER = Duration.ofMinutes(2);

  private static final int MAX_BYTES = 16 << 20; // 100 000 jobs
  private static final int MAX_MESSAGE = 500;
  private static final Pattern JOB_ID = Pattern.compile("(?m)^(\\d{1,10})(;.*)?$");
  private static final Pattern UP =
      Pattern.compile(
          "(?m)^(idle|mixed|allocated|completing|drained|draining|reserved|planned)[+]?$");
  private static final Duration WITHOUT_ACCOUNTING = Duration.ofMinutes(1);
  private static final int MAX_NAMES = 2_000; // in one argument, which has 128 KiB at most
  private static final Pattern CLUSTER = Pattern.compile("(?m)^ClusterName\\s*=\\s*(\\S{1,100})");
  private static final String USER = System.getProperty("user.name", "");

  private final Map<String, String> environment;
  private @Nullable String cluster; // guarded by this
  private volatile long accountingAfter = System.nanoTime();

  /**
   * Creates the commands.
   *
   * @param environment with the path on which they are, and SLURM_CONF if that is set
   */
  SlurmCommands(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * The answer of {@code sbatch}.
   *
   * @param jobId the number of the new job; empty if it refused, or its answer was lost
   * @param message what it printed
   */
  record Submission(Optional<Long> jobId, String message) {}

  /**
   * Submits a script.
   *
   * @param variables in the environment of {@code sbatch}, which passes on those that an option
   *     names
   * @throws IOException if {@code sbatch} cannot be started, so nothing was submitted
   */
  Submission submit(
      List<String> options, String script, List<String> arguments, Map<String, String> variables)
      throws IOException {
    Path file = Files.createTempFile("registry-job", ".sh");
    try {
      Files.writeString(file, script);
      List<String> words = new ArrayList<>(List.of("sbatch"));
      words.addAll(options);
      words.add(file.toString());
      words.addAll(arguments);
      Optional<Result> result = command(words, variables).run();
      String output = result.map(Result::output).orElse("sbatch did not answer");
      Matcher id = JOB_ID.matcher(output);
      boolean isAccepted = result.isPresent() && result.get().exitCode() == 0 && id.find();
      return new Submission(
          isAccepted ? Optional.of(Long.parseLong(id.group(1))) : Optional.empty(), line(output));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /**
   * Returns the jobs of this user with these names that Slurm knows, by their names, those that
   * have ended lately included. Of several with one name the last is returned.
   *
   * @throws SlurmUnreachableException if it does not answer
   */
  Map<String, Job> find(Set<String> names) throws IOException {
    Map<String, Job> jobs = new HashMap<>();
    List<String> all = List.copyOf(names);
    for (int i = 0; i < all.size(); i += MAX_NAMES) {
      String some = String.join(",", all.subList(i, Math.min(i + MAX_NAMES, all.size())));
      jobs(List.of("--name=" + some)).stream()
          .filter(job -> names.contains(job.name()))
          .forEach(job -> jobs.merge(job.name(), job, Job::later));
    }
    return jobs;
  }

  /**
   * Returns all jobs of this user that the registry may have submitted, by their names.
   *
   * @throws SlurmUnreachableException if it does not answer
   */
  Map<String, Job> findAll() throws IOException {
    Map<String, Job> jobs = new HashMap<>();
    jobs(List.of()).stream()
        .filter(job -> job.name().startsWith(SlurmExecutor.JOB_NAME_PREFIX))
        .forEach(job -> jobs.merge(job.name(), job, Job::later));
    return jobs;
  }

  /**
   * Returns the files to which all jobs of this user that the registry may have submitted write
   * their output, by the names of the jobs.
   *
   * @throws SlurmUnreachableException if Slurm does not answer
   */
  Map<String, String> findOutputs() throws IOException {
    String separator = separator();
    String format = "Name:" + separator + ",STDOUT:" + separator;
    Map<String, String> outputs = new HashMap<>();
    String[] fields = output(squeue(List.of(), format)).split(Pattern.quote(separator), -1);
    for (int i = 0; i + 1 < fields.length; i += 2) {
      String name = fields[i].substring(fields[i].lastIndexOf('\n') + 1);
      if (name.startsWith(SlurmExecutor.JOB_NAME_PREFIX)) {
        outputs.put(name, fields[i + 1]);
      }
    }
    return outputs;
  }

  /** Names are printed as they are: with a separator of its own none can pretend to be a job. */
  private List<Job> jobs(List<String> selection) throws IOException {
    String separator = separator();
    return Job.ofSqueue(output(squeue(selection, Job.squeueFormat(separator))), separator);
  }

  private static String separator() {
    return "|" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + "|";
  }

  private static List<String> squeue(List<String> selection, String format) {
    List<String> words =
        new ArrayList<>(List.of("squeue", "--noheader", "--all", "--states=all", "--user=" + USER));
    words.addAll(selection);
    words.add("--Format=" + format);
    return words;
  }

  /**
   * Returns whether the node is up, so that what runs there can be seen; false if it is unknown.
   *
   * @throws SlurmUnreachableException if Slurm does not answer
   */
  boolean isUp(String node) throws IOException {
    return UP.matcher(
            output(List.of("sinfo", "--noheader", "--Node", "--nodes=" + node, "--format=%T")))
        .find();
  }

  /**
   * Returns the job with that name as the accounting has it; empty if it does not, or there is no
   * accounting.
   */
  Optional<Job> findAccounted(String name) throws IOException {
    if (System.nanoTime() - accountingAfter < 0) {
      return Optional.empty();
    }
    Optional<Result> result =
        command(
                List.of(
                    "sacct",
                    "--noheader",
                    "--parsable2",
                    "--allocations",
                    "--starttime=now-30days", // by default of today only
                    "--user=" + USER,
                    "--name=" + name,
                    "--format=" + Job.SACCT_FIELDS),
                Map.of())
            .run();
    if (result.isEmpty() || result.get().exitCode() != 0) { // the answer of a minute ago is kept
      accountingAfter = System.nanoTime() + WITHOUT_ACCOUNTING.toNanos();
    }
    return result
        .filter(answer -> answer.exitCode() == 0)
        .flatMap(
            answer ->
                Job.ofSacct(answer.output()).stream()
                    .filter(job -> job.name().equals(name))
                    .reduce((first, last) -> last));
  }

  /**
   * Cancels the jobs of this user with that name; does nothing if there is none.
   *
   * @throws SlurmUnreachableException if it does not answer
   */
  void cancel(String name) throws IOException {
    output(List.of("scancel", "--user=" + USER, "--name=" + name));
  }

  /**
   * Returns the name of the cluster.
   *
   * @throws SlurmUnreachableException if it does not answer
   */
  synchronized String cluster() throws IOException {
    if (cluster == null) {
      Matcher name = CLUSTER.matcher(output(List.of("scontrol", "show", "config")));
      cluster = name.find() ? name.group(1) : "slurm";
    }
    return cluster;
  }

  private String output(List<String> words) throws IOException {
    Optional<Result> result = command(words, Map.of()).run();
    if (result.isEmpty() || result.get().exitCode() != 0 || !result.get().whole()) {
      throw new SlurmUnreachableException(
          "Slurm does not answer: "
              + result
                  .map(answer -> line(answer.output()))
                  .orElse(words.get(0) + " takes too long"));
    }
    return result.get().output();
  }

  private HelperProcess command(List<String> words, Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("TZ", "UTC");
    all.put("SLURM_TIME_FORMAT", "standard");
    all.putAll(variables);
    return new HelperProcess(words, MAX_BYTES, ANSWER).withEnvironment(all).withErrors();
  }

  /** Returns a text as one line, for a message. */
  private static String line(String text) {
    String line =
        text.lines()
            .map(part -> part.replaceAll("\\p{Cntrl}", " ").strip())
            .map(part -> part.replaceFirst("^s\\w+: (error|fatal): ", ""))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("; "));
    return Text.truncate(line, MAX_MESSAGE);
  }
}
