package dev.runregistry.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Slurm cluster of three nodes on this host: munged, slurmctld and a slurmd for each node,
 * as processes of the test, on loopback only, with every file in a directory of its own. Needs
 * root.
 */
public final class SlurmCluster implements AutoCloseable {
  /** How to get what {@link #isInstalled} misses. */
  public static final String HOW_TO_INSTALL =
      "no Slurm; to get it on Debian or Ubuntu: apt-get install --no-install-recommends"
          + " munge slurmctld slurmd slurm-client slurm-wlm-basic-plugins, and run the tests as root";

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration COMMAND = Duration.ofMinutes(1);
  private static final List<String> NODES = List.of("n1", "n2", "n3");
  private static @Nullable SlurmCluster shared;

  private final Path home;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Map<String, Process> daemons = new LinkedHashMap<>();
  private final List<Integer> ports = new ArrayList<>();

  private SlurmCluster(Map<String, String> more) {
    try {
      home = Files.createTempDirectory("registry-slurm");
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      for (String folder : List.of("log", "run", "spool", "state", "munge")) {
        Files.createDirectory(home.resolve(folder));
      }
      for (int i = 0; i <= NODES.size(); i++) {
        ports.add(freePort());
      }
      writeConfiguration(more);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns whether the programs are there and this process may start them. */
  public static boolean isInstalled() {
    return "root".equals(System.getProperty("user.name"))
        && Stream.of("munged", "slurmctld", "slurmd", "sbatch", "squeue")
            .allMatch(SlurmCluster::isOnPath);
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Returns the cluster of this test process, which is started once and ended with it. */
  public static synchronized SlurmCluster shared() {
    if (shared == null) {
      SlurmCluster started = start(Map.of());
      Runtime.getRuntime().addShutdownHook(new Thread(started::close));
      shared = started;
    }
    return shared;
  }

  /**
   * Starts a cluster of the test's own.
   *
   * @param settings lines of slurm.conf, instead of the usual ones or in addition
   */
  public static SlurmCluster start(Map<String, String> settings) {
    SlurmCluster cluster = new SlurmCluster(settings);
    try {
      cluster.startMunged();
      cluster.startController();
      NODES.forEach(cluster::startNode);
      cluster.awaitNodes();
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    // below the range of outgoing connections, so that no other test is given it meanwhile
    Random random = new Random();
    for (int attempt = 0; ; attempt++) {
      int port = 20_000 + random.nextInt(10_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        if (attempt > 100) {
          throw e;
        }
      }
    }
  }

  private void writeConfiguration(Map<String, String> more) throws IOException {
    byte[] key = new byte[1024];
    new Random().nextBytes(key);
    Path keyFile = home.resolve("munge/munge.key");
    Files.write(keyFile, key);
    Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
    String host = InetAddress.getLocalHost().getHostName().split("[.]", 2)[0];
    settings.put("ClusterName", "registrytest");
    settings.put("SlurmctldHost", host + "(127.0.0.1)");
    settings.put("SlurmctldPort", ports.get(0).toString());
    settings.put("AuthType", "auth/munge");
    settings.put("AuthInfo", "socket=" + home.resolve("munge/socket"));
    settings.put("CredType", "cred/munge");
    settings.put("SlurmUser", "root");
    settings.put("SlurmdUser", "root");
    settings.put("StateSaveLocation", home.resolve("state").toString());
    settings.put("SlurmdSpoolDir", home.resolve("spool") + "/%n");
    settings.put("SlurmctldPidFile", home.resolve("run/slurmctld.pid").toString());
    settings.put("SlurmdPidFile", home.resolve("run") + "/slurmd.%n.pid");
    settings.put("SlurmctldLogFile", home.resolve("log/slurmctld.log").toString());
    settings.put("SlurmdLogFile", home.resolve("log") + "/slurmd.%n.log");
    settings.put("ProctrackType", "proctrack/linuxproc");
    settings.put("TaskPlugin", "task/none");
    settings.put("JobAcctGatherType", "jobacct_gather/none");
    settings.put("CommunicationParameters", "NoInAddrAny,NoCtldInAddrAny");
    settings.put("SwitchType", "switch/none");
    settings.put("MpiDefault", "none");
    settings.put("SelectType", "select/cons_tres");
    settings.put("SelectTypeParameters", "CR_CPU_Memory");
    settings.put("DefMemPerCPU", "100");
    settings.put("SchedulerParameters", "sched_interval=1,batch_sched_delay=0,bf_interval=1");
    settings.put("ReturnToService", "2");
    settings.put("MailProg", "/bin/true");
    settings.put("SlurmdTimeout", "10");
    settings.put("KillWait", "2");
    settings.put("UnkillableStepTimeout", "30");
    settings.put("JobRequeue", "0");
    settings.put("AccountingStorageType", "accounting_storage/none");
    settings.put("SlurmdParameters", "config_overrides");
    settings.putAll(more);
    StringBuilder text = new StringBuilder();
    settings.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    for (int i = 0; i < NODES.size(); i++) {
      text.append(
          "NodeName=%s NodeHostname=%s NodeAddr=127.0.0.1 Port=%d CPUs=4 RealMemory=2000\n"
              .formatted(NODES.get(i), host, ports.get(i + 1)));
    }
    text.append("PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60\n");
    Files.writeString(configuration(), text);
    Files.writeString(impatient(), text.append("MessageTimeout=2\n"));
  }

  private Path impatient() {
    return home.resolve("impatient.conf");
  }

  private Path configuration() {
    return home.resolve("slurm.conf");
  }

  /** Returns the environment in which Slurm's commands find this cluster. */
  public Map<String, String> environment() {
    Map<String, String> variables = new HashMap<>(System.getenv());
    variables.keySet().removeIf(name -> name.startsWith("SLURM_") || name.startsWith("SBATCH_"));
    variables.put("SLURM_CONF", configuration().toString());
    return variables;
  }

  /**
   * Returns the environment in which Slurm's commands find this cluster, and give up after a second
   * instead of nine while the controller does not answer.
   */
  public Map<String, String> impatientEnvironment() {
    Map<String, String> variables = environment();
    variables.put("SLURM_CONF", impatient().toString());
    return variables;
  }

  private void startMunged() {
    Path munge = home.resolve("munge");
    start(
        "munged",
        "munged",
        "--foreground",
        "--key-file=" + munge.resolve("munge.key"),
        "--socket=" + munge.resolve("socket"),
        "--pid-file=" + munge.resolve("pid"),
        "--log-file=" + munge.resolve("log"),
        "--seed-file=" + munge.resolve("seed"),
        "--num-threads=2");
    await("munged", "munged", () -> Files.exists(munge.resolve("socket")));
  }

  /** Starts the controller, which recovers what it saved. */
  public void startController() {
    start("slurmctld", "slurmctld", "-D", "-f", configuration().toString());
  }

  /** Starts the daemon of a node. */
  public void startNode(String node) {
    start(node, "slurmd", "-D", "-N", node, "-f", configuration().toString());
  }

  private void start(String name, String... command) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(Redirect.appendTo(home.resolve("log/" + name + ".out").toFile()));
      builder.environment().clear();
      builder.environment().putAll(environment());
      daemons.put(name, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Blocks until all nodes can be used. */
  public void awaitNodes() {
    await(
        "the nodes",
        "slurmctld",
        () ->
            output("sinfo", "-h", "-N", "-o", "%T")
                    .lines()
                    .filter(state -> state.matches("idle|mixed|allocated"))
                    .count()
                == NODES.size());
  }

  /** Kills the controller; jobs go on. */
  public void killController() {
    kill("slurmctld");
  }

  /**
   * Blocks until the controller would know a job again after it was killed, in the state in which
   * it is now. One that it only knows as waiting would be started again, and its node drained.
   */
  public void awaitSaved(String jobName) {
    String mark = "saved" + new Random().nextLong(); // in what it saves from now on
    output("scontrol", "update", "JobName=" + jobName, "Comment=" + mark);
    String jobs = home.resolve("state/job_state").toString();
    await(
        "the saving of a job",
        "slurmctld",
        () -> output("grep", "-acF", mark, jobs).matches("[1-9]\\d*\n"));
  }

  /** Marks a node as down, as the controller does once its daemon has not answered for long. */
  public void giveUpNode(String node) {
    output("scontrol", "update", "NodeName=" + node, "State=DOWN", "Reason=test");
  }

  /** Kills the daemon of a node; its jobs go on. */
  public void killNode(String node) {
    kill(node);
  }

  private void kill(String name) {
    Process daemon = daemons.remove(name);
    if (daemon != null) {
      List<ProcessHandle> children =
          name.equals("slurmctld") ? daemon.descendants().toList() : List.of(); // its script runner
      try {
        if (!daemon.destroyForcibly().waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS)) {
          throw new AssertionError(name + " cannot be killed");
        }
        children.forEach(ProcessHandle::destroyForcibly);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Runs one of Slurm's commands and returns what it prints, errors included. */
  public String output(String... command) {
    Process process;
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().clear();
      builder.environment().putAll(environment());
      process = builder.start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    CompletableFuture<String> printed = CompletableFuture.supplyAsync(() -> read(process));
    try {
      return printed.get(COMMAND.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", command) + " does not end", e);
    }
  }

  private static String read(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Blocks until the condition is met, unless the daemon that is to meet it exits. */
  private void await(String what, String daemon, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline || exits(daemon)) {
        throw new AssertionError(what + " did not start: " + logs());
      }
    }
  }

  /** Waits a moment for the exit of a daemon; returns whether it has exited, or was not started. */
  private boolean exits(String daemon) {
    Process process = daemons.get(daemon);
    try {
      return process == null || process.waitFor(50, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private String logs() {
    return output("sh", "-c", "tail -n 20 \"$1\"/*", "sh", home.resolve("log").toString());
  }

  /** Ends all jobs and daemons, and deletes the files. */
  @Override
  public void close() {
    if (daemons.containsKey("slurmctld")) { // a killed slurmd would leave its jobs behind
      output("scancel", "--user=root");
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!output("squeue", "-h").isBlank() && System.nanoTime() < deadline) {
        if (exits("slurmctld")) {
          break;
        }
      }
    }
    List<String> names = new ArrayList<>(daemons.keySet());
    for (int i = names.size() - 1; i >= 0; i--) {
      kill(names.get(i));
    }
    try (Stream<Path> files = Files.walk(home)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException | UncheckedIOException e) { // a daemon deletes its own
      home.toFile().delete();
    }
  }
}
