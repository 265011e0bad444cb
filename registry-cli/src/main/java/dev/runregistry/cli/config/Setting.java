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
  HOME("home", Scope.ALL, "DIR", "Directory of this host's runs and of the embedded database."),
  DB(
      "db",
      Scope.ALL,
      "URL",
      "Database: jdbc:postgresql://HOST/NAME, postgresql://USER@HOST/NAME or jdbc:sqlite:FILE."),
  DB_USER("db.user", Scope.NONE, "NAME", "User of the database."),
  DB_PASSWORD("db.password", Scope.NONE, "SECRET", "Password of that user."),
  DB_PASSWORD_FILE(
      "db.password.file", Scope.NONE, "FILE", "File whose first line is the password."),
  DATASETS("datasets", Scope.RUNS, "DIR", "Directory of the datasets (default: ./%s).", "datasets"),
  COMMAND(
      "command",
      Scope.SERVE,
      "CMD",
      "Command of local runs: plain words or a JSON array, with {config} in it.",
      "tunix train --config {config}"),
  HOST("host", Scope.SERVE, "NAME", "Address to listen on (default: %s).", "127.0.0.1"),
  PORT("port", Scope.SERVE, "N", "Port; 0 takes a free one (default: %s).", "8080"),
  TOKEN("token", Scope.NONE, "SECRET", "Bearer token that clients must send."),
  TOKEN_FILE(
      "token.file",
      Scope.SERVE,
      "FILE",
      "File whose first line is the bearer token that clients must send."),
  ALLOWED_HOSTS(
      "allowed.hosts", Scope.SERVE, "NAMES", "Additional host names to accept, comma-separated."),
  CORS_ORIGINS("cors.origins", Scope.SERVE, "ORIGINS", "Allowed CORS origins, comma-separated."),
  LOCAL_TIMEOUT(
      "local.timeout", Scope.SERVE, "TIME", "Time limit of a local run (default: %s).", "30s"),
  LOCAL_MAX(
      "local.max",
      Scope.SERVE,
      "N",
      "Maximum number of concurrent local runs (default: number of CPUs)."),
  ARTIFACTS_ROOT(
      "artifacts.root",
      Scope.SERVE,
      "DIR",
      "Directory that output directories must be in to be served (default: ./%s).",
      "output"),
  SHOW_COMMAND(
      "show.command",
      Scope.NONE,
      "true|false",
      "Show the commands of runs to clients of the server.",
      "true"),
  STOP_TIMEOUT(
      "stop.timeout",
      Scope.SERVE,
      "TIME",
      "Time that a stop waits for running runs (default: %s).",
      "30s"),
  QUEUE_SLOTS(
      "queue.slots",
      Scope.NONE,
      "N",
      "Maximum number of concurrent queued runs (default: number of CPUs)."),
  QUEUE_MAX(
      "queue.max",
      Scope.NONE,
      "N",
      "Maximum number of queued runs (default: %s).",
      "" + QueueLimits.DEFAULT_MAX),
  QUEUE_TIMEOUT(
      "queue.timeout",
      Scope.NONE,
      "TIME",
      "Time limit of queued runs without one of their own (default: %s).",
      "none"),
  QUEUE_GPUS(
      "queue.gpus",
      Scope.NONE,
      "LIST",
      "GPUs for queued runs: none, auto (by nvidia-smi), or comma-separated names (default: %s).",
      "none"),
  EXECUTOR(
      "executor",
      Scope.RUN,
      "NAME",
      "Executor of commands: process (this host) or slurm (a job of the cluster) (default: %s).",
      "process"),
  SLURM_PARTITION("slurm.partition", Scope.RUN, "NAME", "Partition of Slurm jobs."),
  SLURM_ACCOUNT("slurm.account", Scope.RUN, "NAME", "Account of Slurm jobs."),
  SLURM_QOS("slurm.qos", Scope.RUN, "NAME", "Quality of service of Slurm jobs."),
  SLURM_NODES("slurm.nodes", Scope.RUN, "N", "Nodes of a Slurm job."),
  SLURM_CPUS("slurm.cpus", Scope.RUN, "N", "CPUs per task of a Slurm job."),
  SLURM_MEM("slurm.mem", Scope.RUN, "SIZE", "Memory per node of a Slurm job, such as 16G."),
  SLURM_GPUS("slurm.gpus", Scope.RUN, "N", "GPUs of a Slurm job, as sbatch takes them."),
  SLURM_TIME(
      "slurm.time",
      Scope.RUN,
      "TIME",
      "Time limit that Slurm itself enforces, as sbatch takes it (default: that of the run plus"
          + " some minutes)."),
  SLURM_OPTIONS(
      "slurm.options",
      Scope.RUN,
      "OPTIONS",
      "More options of sbatch, separated by blanks: --constraint=a100 --exclusive."),
  SLURM_EXPORT(
      "slurm.export",
      Scope.RUN,
      "NAMES",
      "Environment variables to pass to Slurm jobs: comma-separated names; a trailing * is a"
          + " wildcard (default: %s).",
      "PATH,LANG,LC_ALL,VIRTUAL_ENV,CONDA_PREFIX,PYTHONPATH"),
  SLURM_PENDING_TIMEOUT(
      "slurm.pending.timeout",
      Scope.RUN,
      "TIME",
      "Maximum time that a Slurm job may wait for its start (default: %s).",
      "none"),
  /** The default is what a result can depend on and what names its job; none holds a secret. */
  ENV_ALLOW(
      "env.allow",
      Scope.RUNS,
      "NAMES",
      "Environment variables to record: comma-separated names; a trailing * is a wildcard;"
          + " 'none' for none. 'registry config' shows the default.",
      "CONDA_DEFAULT_ENV,CUDA_VISIBLE_DEVICES,HIP_VISIBLE_DEVICES,LANG,LC_ALL,OMP_NUM_THREADS,"
          + "PYTHONHASHSEED,SLURM_JOB_ID,TZ,VIRTUAL_ENV"),
  GIT("git", Scope.NONE, "on|off", "Record the git commit of a run.", "on"),
  LOG_LIMIT(
      "log.limit",
      Scope.RUNS,
      "SIZE",
      "Maximum size of each log, such as 64M, 500MB, none (default: %s). Output beyond it is"
          + " counted but not stored.",
      "10GiB"),
  LOG("log", Scope.NONE, "LEVEL", "Log level on stderr: error, warn, info or debug.", "warn"),
  LOG_FORMAT(
      "log.format",
      Scope.SERVE,
      "text|json",
      "Format of the server's log on stderr: text, or one JSON object a line (default: %s).",
      "text");

  /** Sets the log level of one command. */
  public static final OptionDefinition VERBOSE =
      OptionDefinition.flag(
          "Verbose diagnostics on stderr, including stack traces.", "-v", "--verbose");

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
