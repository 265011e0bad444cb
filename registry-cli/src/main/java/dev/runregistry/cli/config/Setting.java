package dev.runregistry.cli.config;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What can be set, and how it is called in the configuration file and in the environment. */
public enum Setting {
  /** The folder of this host's runs and of the embedded database. */
  HOME("home", "REGISTRY_HOME", "--home"),
  /** The JDBC URL of the database; the embedded one unless said. */
  DB("db", "REGISTRY_DB", "--db"),
  /** Who logs in to the database. */
  DB_USER("db.user", "REGISTRY_DB_USER", null),
  /** With which password. */
  DB_PASSWORD("db.password", "REGISTRY_DB_PASSWORD", null),
  /** A file whose first line is the password. */
  DB_PASSWORD_FILE("db.password.file", "REGISTRY_DB_PASSWORD_FILE", null),
  /** The folder of the data sets. */
  DATASETS("datasets", "REGISTRY_DATASETS", "--datasets"),
  /** What local mode starts, in {@code run --local} and in {@code serve}. */
  COMMAND("command", "REGISTRY_COMMAND", "--command"),
  /** The name or address that the server listens on. */
  HOST("host", "REGISTRY_HOST", "--host"),
  /** The port that the server listens on. */
  PORT("port", "REGISTRY_PORT", "--port"),
  /** What clients of the server must send as bearer token. */
  TOKEN("token", "REGISTRY_TOKEN", null),
  /** A file whose first line is the token. */
  TOKEN_FILE("token.file", "REGISTRY_TOKEN_FILE", "--token-file"),
  /** More names that the server may be called by. */
  ALLOWED_HOSTS("allowed.hosts", "REGISTRY_ALLOWED_HOSTS", "--allowed-hosts"),
  /** Origins whose pages may use the server from a browser. */
  CORS_ORIGINS("cors.origins", "REGISTRY_CORS_ORIGINS", "--cors-origins"),
  /** After which the server ends a local run. */
  LOCAL_TIMEOUT("local.timeout", "REGISTRY_LOCAL_TIMEOUT", "--local-timeout"),
  /** How many local runs the server has at once. */
  LOCAL_MAX("local.max", "REGISTRY_LOCAL_MAX", "--local-max"),
  /** How long the server waits for its requests when it is to stop. */
  STOP_TIMEOUT("stop.timeout", "REGISTRY_STOP_TIMEOUT", "--stop-timeout"),
  /** The number of queued runs that run at once. */
  QUEUE_SLOTS("queue.slots", "REGISTRY_QUEUE_SLOTS", null),
  /** The maximum number of waiting runs. */
  QUEUE_MAX("queue.max", "REGISTRY_QUEUE_MAX", null),
  /** The time limit of queued runs that have none of their own. */
  QUEUE_TIMEOUT("queue.timeout", "REGISTRY_QUEUE_TIMEOUT", null),
  /** The GPUs that queued runs get: none, auto, or a list. */
  QUEUE_GPUS("queue.gpus", "REGISTRY_QUEUE_GPUS", null),
  /** Which variables of a run are recorded. */
  ENV_ALLOW("env.allow", "REGISTRY_ENV_ALLOW", "--env-allow"),
  /** Whether the git commit of a run is recorded: on or off. */
  GIT("git", "REGISTRY_GIT", null),
  /** How long each of the two logs of a run may become. */
  LOG_LIMIT("log.limit", "REGISTRY_LOG_LIMIT", "--log-limit"),
  /** How much is said on stderr: error, warn, info or debug. */
  LOG("log", "REGISTRY_LOG", "--verbose");

  private final String key;
  private final String variable;
  private final @Nullable String option;

  Setting(String key, String variable, @Nullable String option) {
    this.key = key;
    this.variable = variable;
    this.option = option;
  }

  /** Its name in the configuration file. */
  public String key() {
    return key;
  }

  /** Its name in the environment. */
  public String variable() {
    return variable;
  }

  /** The option that sets it; null where there is none, so that no secret is in a process list. */
  public @Nullable String option() {
    return option;
  }

  /** Returns whether it names a file or a folder. */
  public boolean isPath() {
    return this == HOME || this == DATASETS || this == DB_PASSWORD_FILE || this == TOKEN_FILE;
  }

  public boolean isSecret() {

    return this == DB_PASSWORD || this == TOKEN;
  }

  public static Optional<Setting> ofKey(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }

  public static Optional<Setting> ofVariable(String variable) {
    return Arrays.stream(values()).filter(setting -> setting.variable.equals(variable)).findFirst();
  }

  /** All keys of the configuration file, for messages. */
  public static String keys() {
    return Arrays.stream(values()).map(Setting::key).collect(Collectors.joining(", "));
  }
}
