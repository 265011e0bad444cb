package dev.runregistry.cli.config;

import dev.runregistry.run.queue.QueueLimits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The table of settings of which the configuration file, the environment, the options of the
 * commands, their help and {@code registry config} are made. A key {@code log.limit} is the
 * variable {@code REGISTRY_LOG_LIMIT} and the option {@code --log-limit}. Labels as {@link
 * OptionDefinition} has them.
 */
public enum Setting {
  HOME("home", Scope.ALL, "DIR", "Folder of this host's runs and of the embedded database."),
  DB("db", Scope.ALL, "URL", "Database: jdbc:postgresql://HOST/NAME or jdbc:sqlite:FILE."),
  DB_USER("db.user", Scope.NONE, "NAME", "User of the database."),
  DB_PASSWORD("db.password", Scope.NONE, "SECRET", "Password of that user."),
  DB_PASSWORD_FILE("db.password.file", Scope.NONE, "FILE", "File whose first line is it."),
  DATASETS("datasets", Scope.RUNS, "DIR", "Folder of the data sets (default: ./%s).", "datasets"),
  COMMAND(
      "command",
      Scope.SERVE,
      "CMD",
      "What local runs start: plain words or a JSON array, with {config} in it.",
      "tunix train --config {config}"),
  HOST("host", Scope.SERVE, "NAME", "Address to listen on; %s.", "127.0.0.1"),
  PORT("port", Scope.SERVE, "N", "Port; %s. 0 takes a free one.", "8080"),
  TOKEN("token", Scope.NONE, "SECRET", "What clients must send as bearer token."),
  TOKEN_FILE(
      "token.file",
      Scope.SERVE,
      "FILE",
      "File whose first line clients must send as bearer token."),
  ALLOWED_HOSTS(
      "allowed.hosts",
      Scope.SERVE,
      "NAMES",
      "More names that clients may call the server by, with commas."),
  CORS_ORIGINS(
      "cors.origins",
      Scope.SERVE,
      "ORIGINS",
      "Origins whose pages may use the server from a browser, with commas."),
  LOCAL_TIMEOUT("local.timeout", Scope.SERVE, "TIME", "Limit of a local run; %s.", "30s"),
  LOCAL_MAX(
      "local.max",
      Scope.SERVE,
      "N",
      "How many local runs may go on at once; as many as there are processors."),
  ARTIFACTS_ROOT(
      "artifacts.root",
      Scope.SERVE,
      "DIR",
      "Directory outside which no output directory of a run is read; ./%s.",
      "output"),
  SHOW_COMMAND(
      "show.command",
      Scope.NONE,
      "true|false",
      "Whether clients of the server see the commands of runs.",
      "true"),
  STOP_TIMEOUT(
      "stop.timeout", Scope.SERVE, "TIME", "How long a stop waits for runs that go on; %s.", "30s"),
  QUEUE_SLOTS(
      "queue.slots", Scope.NONE, "N", "How many queued runs run at once; as many as processors."),
  QUEUE_MAX(
      "queue.max",
      Scope.NONE,
      "N",
      "The maximum number of queued runs; %s.",
      "" + QueueLimits.DEFAULT_MAX),
  QUEUE_TIMEOUT(
      "queue.timeout",
      Scope.NONE,
      "TIME",
      "Time limit of queued runs that have none of their own; %s.",
      "none"),
  QUEUE_GPUS(
      "queue.gpus",
      Scope.NONE,
      "LIST",
      "GPUs that queued runs get: none, auto (by nvidia-smi), or names with commas; %s.",
      "none"),
  EXECUTOR(
      "executor",
      Scope.RUN,
      "NAME",
      "Where commands are executed: process (here) or slurm (as a job of the cluster); %s.",
      "process"),
  SLURM_PARTITION("slurm.partition", Scope.RUN, "NAME", "Partition of Slurm jobs."),
  SLURM_ACCOUNT("slurm.account", Scope.RUN, "NAME", "Account of Slurm jobs."),
  SLURM_QOS("slurm.qos", Scope.RUN, "NAME", "Quality of service of Slurm jobs."),
  SLURM_NODES("slurm.nodes", Scope.RUN, "N", "Nodes of a Slurm job."),
  SLURM_CPUS("slurm.cpus", Scope.RUN, "N", "Processors per task of a Slurm job."),
  SLURM_MEM("slurm.mem", Scope.RUN, "SIZE", "Memory per node of a Slurm job, such as 16G."),
  SLURM_GPUS("slurm.gpus", Scope.RUN, "N", "GPUs of a Slurm job, as sbatch takes them."),
  SLURM_TIME(
      "slurm.time",
      Scope.RUN,
      "TIME",
      "Time limit that Slurm itself enforces, as sbatch takes it; by default that of the run and"
          + " some minutes."),
  SLURM_OPTIONS(
      "slurm.options",
      Scope.RUN,
      "OPTIONS",
      "More options of sbatch, with blanks: --constraint=a100 --exclusive."),
  SLURM_EXPORT(
      "slurm.export",
      Scope.RUN,
      "NAMES",
      "Variables that Slurm jobs get from this environment, with commas; * at the end of one stands"
          + " for anything; %s.",
      "PATH,LANG,LC_ALL,VIRTUAL_ENV,CONDA_PREFIX,PYTHONPATH"),
  SLURM_PENDING_TIMEOUT(
      "slurm.pending.timeout",
      Scope.RUN,
      "TIME",
      "How long a Slurm job may wait for its start; %s.",
      "none"),
  /** The default is what a result can depend on and what names its job; none holds a secret. */
  ENV_ALLOW(
      "env.allow",
      Scope.RUNS,
      "NAMES",
      "Variables to record with the run, with commas; * at the end of one stands for anything."
          + " 'none' for none; 'registry config' shows the default.",
      "CONDA_DEFAULT_ENV,CUDA_VISIBLE_DEVICES,HIP_VISIBLE_DEVICES,LANG,LC_ALL,OMP_NUM_THREADS,"
          + "PYTHONHASHSEED,SLURM_JOB_ID,TZ,VIRTUAL_ENV"),
  GIT("git", Scope.NONE, "on|off", "Whether the git commit of a run is recorded.", "on"),
  LOG_LIMIT(
      "log.limit",
      Scope.RUNS,
      "SIZE",
      "How long each of the two logs may become: 64M, 500MB, 10GiB, none; %s. What is printed"
          + " beyond that is counted and not kept.",
      "10GiB"),
  LOG("log", Scope.NONE, "LEVEL", "Messages on stderr: error, warn, info or debug.", "warn");

  /** Sets the log level of one command. */
  public static final OptionDefinition VERBOSE =
      OptionDefinition.flag("Say more on stderr, with stack traces.", "-v", "--verbose");

  /** Names the configuration file, which cannot be named in itself. */
  public static final OptionDefinition CONFIG =
      OptionDefinition.text("FILE", "Configuration file.", "--config");

  /** The commands that have an option for a setting. */
  public enum Scope {
    /** None: a secret in an option would be in the list of processes. */
    NONE,
    ALL,
    /** {@code run} alone. */
    RUN,
    /** The commands that start runs: {@code run} and {@code serve}. */
    RUNS,
    SERVE
  }

  private final String key;
  private final Scope scope;
  private final String label;
  private final String help;
  private final @Nullable String defaultText;

  Setting(String key, Scope scope, String label, String help) {
    this(key, scope, label, help, null);
  }

  Setting(String key, Scope scope, String label, String help, @Nullable String defaultText) {
    this.key = key;
    this.scope = scope;
    this.label = label;
    this.help = help;
    this.defaultText = defaultText;
  }

  /** Returns the settings for which a command has options, in the order of its help. */
  public static List<Setting> in(Scope... scopes) {
    List<Scope> wanted = List.of(scopes);
    return Arrays.stream(values()).filter(setting -> wanted.contains(setting.scope)).toList();
  }

  /** Returns its name in the configuration file. */
  public String key() {
    return key;
  }

  /** Returns its name in the environment. */
  public String variable() {
    return "REGISTRY_" + name();
  }

  /** Returns the option that sets it, where a command has one. */
  public OptionDefinition option() {
    if (this == LOG) {
      return VERBOSE;
    }
    String text = defaultText == null ? help : help.replace("%s", defaultText);
    return OptionDefinition.text(label, text, "--" + key.replace('.', '-'));
  }

  /** Returns the default as it could be given; empty for none, and for HOME and DB. */
  public Optional<String> defaultText() {
    return this == LOCAL_MAX || this == QUEUE_SLOTS
        ? Optional.of(Integer.toString(Runtime.getRuntime().availableProcessors()))
        : Optional.ofNullable(defaultText);
  }

  /** Returns whether its value names a file or a folder. */
  public boolean isPath() {
    return label.equals("DIR") || label.equals("FILE");
  }

  public boolean isSecret() {
    return label.equals("SECRET");
  }

  public static Optional<Setting> ofKey(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }

  public static Optional<Setting> ofVariable(String variable) {
    return Arrays.stream(values())
        .filter(setting -> setting.variable().equals(variable))
        .findFirst();
  }

  /** Returns the keys of the configuration file, for messages. */
  public static String keys() {
    return Arrays.stream(values()).map(Setting::key).collect(Collectors.joining(", "));
  }
}
