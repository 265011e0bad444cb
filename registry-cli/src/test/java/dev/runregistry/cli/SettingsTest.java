package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.cli.config.DatabaseSettings;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.Settings.Value;
import dev.runregistry.cli.config.SettingsFile;
import dev.runregistry.cli.config.SlurmSettings;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.executor.slurm.SlurmOptions;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @TempDir Path folder;
  private final Map<Setting, String> options = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();

  private Settings settings() {
    return Settings.of(options, null, environment);
  }

  private Path file(String text) throws IOException {
    Path file = folder.resolve("config.properties");
    Files.writeString(file, text);
    environment.put("REGISTRY_CONFIG", file.toString());
    return file;
  }

  @Test
  void an_option_beats_the_environment_which_beats_the_file() throws IOException {
    Path file = file("home=/from/file\ndatasets=/data/file\nlog=info\n");
    environment.put("REGISTRY_HOME", "/from/environment");
    environment.put("REGISTRY_DATASETS", "/data/environment");
    options.put(Setting.HOME, "/from/option");

    assertThat(settings().given(Setting.HOME)).contains(new Value("/from/option", "option --home"));
    assertThat(settings().given(Setting.DATASETS))
        .contains(new Value("/data/environment", "environment REGISTRY_DATASETS"));
    assertThat(settings().given(Setting.LOG)).contains(new Value("info", "file " + file));
    assertThat(settings().given(Setting.DB)).isEmpty();
  }

  @Test
  void a_variable_that_is_set_to_nothing_is_not_set() {
    environment.put("REGISTRY_DB", "");

    assertThat(settings().given(Setting.DB)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "REGISTRY_HOME",
        "REGISTRY_DATASETS",
        "REGISTRY_CONFIG",
        "REGISTRY_TOKEN_FILE",
        "REGISTRY_DB_PASSWORD_FILE"
      })
  void a_path_from_an_unset_variable_is_refused(String variable) {
    environment.put(variable, "");

    assertThatThrownBy(this::settings)
        .isInstanceOf(UsageException.class)
        .hasMessage("empty path (environment " + variable + ")");
  }

  @Test
  void an_option_hides_an_empty_variable() {
    environment.put("REGISTRY_HOME", "");
    options.put(Setting.HOME, "/from/option");

    assertThat(settings().home()).isEqualTo(Path.of("/from/option"));
  }

  @Test
  void git_is_asked_unless_it_is_switched_off() {
    assertThat(settings().git()).isTrue();
    environment.put("REGISTRY_GIT", "off");
    assertThat(settings().git()).isFalse();
    environment.put("REGISTRY_GIT", "on");
    assertThat(settings().git()).isTrue();
    environment.put("REGISTRY_GIT", "no");
    assertThatThrownBy(settings()::git)
        .isInstanceOf(UsageException.class)
        .hasMessage("git must be on or off: no (environment REGISTRY_GIT)");
  }

  @Test
  void commands_are_shown_unless_that_is_turned_off() {
    assertThat(settings().showCommand()).isTrue();
    environment.put("REGISTRY_SHOW_COMMAND", "false");
    assertThat(settings().showCommand()).isFalse();
    environment.put("REGISTRY_SHOW_COMMAND", "off");
    assertThatThrownBy(settings()::showCommand)
        .isInstanceOf(UsageException.class)
        .hasMessage("show.command must be true or false: off (environment REGISTRY_SHOW_COMMAND)");
  }

  @Test
  void an_unknown_key_is_refused_with_all_that_there_are() throws IOException {
    Path file = file("dbb=x\n");

    assertThatThrownBy(this::settings)
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "unknown key 'dbb' in %s; allowed are home, db, db.user, db.password,"
                + " db.password.file, datasets, command, host, port, token, token.file,"
                + " allowed.hosts, cors.origins, local.timeout, local.max,"
                + " artifacts.root, show.command, stop.timeout, queue.slots, queue.max, queue.timeout,"
                + " queue.gpus, executor, slurm.partition, slurm.account, slurm.qos, slurm.nodes,"
                + " slurm.cpus, slurm.mem, slurm.gpus, slurm.time, slurm.options, slurm.export,"
                + " slurm.pending.timeout, env.allow, git, log.limit, log, log.format",
            file);
  }

  @Test
  void the_file_is_utf_8() throws IOException {
    file("datasets=/d\u00fc/\u6570\n");

    assertThat(settings().datasets()).isEqualTo(Path.of("/dü/数"));
  }

  @Test
  void a_file_in_another_encoding_is_refused() throws IOException {
    Files.write(file(""), "home=/\u00fc".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(this::settings).hasMessageEndingWith("is not UTF-8");
  }

  @Test
  void a_file_that_was_named_has_to_be_there() {
    Path missing = folder.resolve("missing");

    assertThatThrownBy(() -> Settings.of(options, missing, environment))
        .isInstanceOf(UsageException.class)
        .hasMessage("the configuration file %s does not exist", missing);
  }

  @Test
  void a_file_that_cannot_be_read_is_refused() {
    assertThatThrownBy(() -> Settings.of(options, folder, environment))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("the configuration file %s cannot be read", folder);
  }

  @Test
  void a_fifo_or_a_device_instead_of_a_file_is_refused_and_keeps_nobody_waiting() throws Exception {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();

    for (Path endless : List.of(fifo, Path.of("/dev/zero"))) {
      assertThatThrownBy(() -> Settings.of(options, endless, environment))
          .isInstanceOf(UsageException.class)
          .hasMessage("the configuration file %s cannot be read: not a regular file", endless);
      environment.put("REGISTRY_DB", "jdbc:postgresql://h/d");
      environment.put("REGISTRY_DB_PASSWORD_FILE", endless.toString());
      assertThatThrownBy(() -> new RegistryFactory(settings()).databaseConfig())
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("not a regular file");
    }
  }

  @Test
  void a_file_of_gigabytes_is_not_read_into_memory() throws IOException {
    try (RandomAccessFile huge = new RandomAccessFile(file("").toFile(), "rw")) {
      huge.setLength(8L << 30);
    }

    assertThatThrownBy(this::settings).hasMessageEndingWith("larger than 1048576 bytes");
  }

  @Test
  void the_file_may_be_the_null_device() {
    assertThat(Settings.of(options, Path.of("/dev/null"), environment).given(Setting.DB)).isEmpty();
  }

  @Test
  void the_usual_places_are_those_of_the_xdg_specification() throws IOException {
    environment.put("HOME", "/home/me");
    assertThat(settings().home()).isEqualTo(Path.of("/home/me/.local/state/run-registry"));
    assertThat(settings().file().map(SettingsFile::path))
        .contains(Path.of("/home/me/.config/run-registry/config.properties"));

    environment.put("XDG_STATE_HOME", "/state");
    environment.put("XDG_CONFIG_HOME", folder.toString());
    Path config = Files.createDirectories(folder.resolve("run-registry"));
    Files.writeString(config.resolve("config.properties"), "db=jdbc:sqlite:/x.db");
    assertThat(settings().home()).isEqualTo(Path.of("/state/run-registry"));
    assertThat(settings().given(Setting.DB)).isPresent();
  }

  @Test
  void a_relative_xdg_folder_is_ignored() {
    environment.put("HOME", "/home/me");
    environment.put("XDG_STATE_HOME", "state");

    assertThat(settings().home()).isEqualTo(Path.of("/home/me/.local/state/run-registry"));
  }

  @Test
  void without_any_home_it_says_how_to_name_one() {
    assertThat(settings().file()).isEmpty();
    assertThatThrownBy(() -> settings().home())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--home");
  }

  @Test
  void what_is_no_path_is_refused() {
    options.put(Setting.HOME, "a\0b");

    assertThatThrownBy(() -> settings().home()).isInstanceOf(UsageException.class);
  }

  @Test
  void the_command_of_a_training_can_be_configured() {
    assertThat(settings().command()).containsExactly("tunix", "train", "--config", "{config}");

    environment.put("REGISTRY_COMMAND", "[\"my trainer\", \"{config}\"]");
    assertThat(settings().command()).isEqualTo(List.of("my trainer", "{config}"));
  }

  @Test
  void an_unknown_log_level_is_refused() {
    environment.put("REGISTRY_LOG", "loud");

    assertThatThrownBy(() -> settings().log())
        .hasMessage(
            "no log level 'loud' (environment REGISTRY_LOG); allowed are error, warn, info, debug");
  }

  @Test
  void the_password_of_the_database_comes_from_the_environment_or_a_file() throws IOException {
    environment.put("REGISTRY_HOME", "/h");
    environment.put("REGISTRY_DB", "jdbc:postgresql://h/d");
    environment.put("REGISTRY_DB_USER", "me");
    environment.put("REGISTRY_DB_PASSWORD", "s3cret");
    assertThat(new RegistryFactory(settings()).databaseConfig())
        .isEqualTo(new DatabaseConfig("jdbc:postgresql://h/d", "me", "s3cret"));

    environment.remove("REGISTRY_DB_PASSWORD");
    Path file = Files.writeString(folder.resolve("pw"), "from file\n");
    environment.put("REGISTRY_DB_PASSWORD_FILE", file.toString());
    assertThat(new RegistryFactory(settings()).databaseConfig().password()).isEqualTo("from file");
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://me:s%40cr+t@h:5433/d?sslmode=require, jdbc:postgresql://h:5433/d?sslmode=require, me, s@cr+t",
    "postgres://me@h/d, jdbc:postgresql://h/d, me,",
    "postgres://h/d, jdbc:postgresql://h/d,,",
    "postgresql://h, jdbc:postgresql://h/,,"
  })
  void the_url_that_psql_takes_is_accepted(String url, String jdbc, String user, String password) {
    environment.put("REGISTRY_HOME", "/h");
    environment.put("REGISTRY_DB", url);

    assertThat(new RegistryFactory(settings()).databaseConfig())
        .isEqualTo(new DatabaseConfig(jdbc, user, password));

    environment.put("REGISTRY_DB_USER", "other");
    environment.put("REGISTRY_DB_PASSWORD", "s3cret");
    assertThat(new RegistryFactory(settings()).databaseConfig())
        .isEqualTo(new DatabaseConfig(jdbc, "other", "s3cret"));
  }

  @Test
  void a_password_in_a_psql_url_is_never_repeated() {
    environment.put("REGISTRY_HOME", "/h");
    environment.put("REGISTRY_DB", "postgresql://me:s3cr%zz@h/d");

    assertThatThrownBy(() -> new RegistryFactory(settings()).databaseConfig())
        .isInstanceOf(UsageException.class)
        .hasMessage("user and password in the URL are not URL-encoded (environment REGISTRY_DB)");
    assertThat(DatabaseSettings.redact("postgresql://me:s3cret@h/d"))
        .isEqualTo("postgresql://***@h/d");
  }

  @Test
  void two_passwords_are_one_too_many() {
    environment.put("REGISTRY_HOME", "/h");
    environment.put("REGISTRY_DB", "jdbc:postgresql://h/d");
    environment.put("REGISTRY_DB_PASSWORD", "s3cret");
    environment.put("REGISTRY_DB_PASSWORD_FILE", "/pw");

    assertThatThrownBy(() -> new RegistryFactory(settings()).databaseConfig())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("given twice")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void a_password_file_that_is_not_there_is_named() {
    environment.put("REGISTRY_HOME", "/h");
    environment.put("REGISTRY_DB", "jdbc:postgresql://h/d");
    environment.put("REGISTRY_DB_PASSWORD_FILE", "/no/such/file");

    assertThatThrownBy(() -> new RegistryFactory(settings()).databaseConfig())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("/no/such/file (environment REGISTRY_DB_PASSWORD_FILE)");
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://h/d?password=x&ssl=true, jdbc:postgresql://h/d?password=***&ssl=true",
    "jdbc:postgresql://h/d?user=u&sslpassword=x, jdbc:postgresql://h/d?user=u&sslpassword=***",
    "jdbc:postgresql://u:p@h/d, jdbc:postgresql://***@h/d",
    "jdbc:postgresql://h/d, jdbc:postgresql://h/d"
  })
  void a_url_is_shown_without_its_secrets(String url, String shown) {
    assertThat(DatabaseSettings.redact(url)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "REGISTRY_PORT, tcp://10.96.12.7:8080",
    "REGISTRY_SERVICE_HOST, 10.96.12.7",
    "REGISTRY_SERVICE_PORT, 8080",
    "REGISTRY_SERVICE_PORT_HTTP, 8080",
    "REGISTRY_PORT_8080_TCP, tcp://10.96.12.7:8080",
    "REGISTRY_PORT_8080_TCP_PROTO, tcp",
    "REGISTRY_PORT_8080_TCP_PORT, 8080",
    "REGISTRY_PORT_8080_TCP_ADDR, 10.96.12.7",
    "REGISTRY_WEB_PORT, udp://[fd00::1]:53",
    "REGISTRY_WEB_SERVICE_HOST, 10.96.12.8",
  })
  void a_kubernetes_service_named_registry_sets_nothing_and_warns_of_nothing(
      String variable, String value) {
    environment.put(variable, value);

    assertThat(settings().given(Setting.PORT)).isEmpty();
    assertThat(new Session(folder).with(variable, value).registry("config").err()).isEmpty();
  }

  @Test
  void a_misspelt_variable_is_warned_of_and_a_wrong_port_is_not_ignored() {
    environment.put("REGISTRY_PORT", "http://10.96.12.7");

    assertThat(settings().given(Setting.PORT)).isPresent();
    assertThat(new Session(folder).with("REGISTRY_PROT", "1").registry("config").err())
        .contains("unknown environment variable REGISTRY_PROT");
  }

  @Test
  void a_byte_order_mark_is_not_called_an_unknown_key() throws IOException {
    file("\uFEFFlocal.timeout=3s\n");

    assertThatThrownBy(this::settings)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("begins with a byte order mark");
  }

  @ParameterizedTest
  @CsvSource({
    "' s3cret ', ends with a blank",
    "'s3cret\t', ends with a blank",
    "'\uFEFFs3cret', byte order mark"
  })
  void what_an_editor_leaves_around_a_password_is_named(String line, String why)
      throws IOException {
    environment.put("REGISTRY_DB", "jdbc:postgresql://h/d");
    environment.put(
        "REGISTRY_DB_PASSWORD_FILE",
        Files.writeString(folder.resolve("password"), line + "\n").toString());

    assertThatThrownBy(() -> new RegistryFactory(settings()).databaseConfig())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void a_blank_at_the_end_of_a_password_is_named_wherever_it_was_set() throws IOException {
    file("db=jdbc:postgresql://h/d\ndb.password=s3cret \n");

    assertThatThrownBy(() -> new RegistryFactory(settings()).databaseConfig())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("ends with a blank")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void a_rotated_password_is_read_for_the_next_connection() throws IOException {
    Path file = Files.writeString(folder.resolve("password"), "first\n");
    environment.put("REGISTRY_DB", "jdbc:postgresql://h/d");
    environment.put("REGISTRY_DB_PASSWORD_FILE", file.toString());
    DatabaseConfig config = new RegistryFactory(settings()).databaseConfig();
    Supplier<String> password = DatabaseSettings.password(settings(), config);

    assertThat(password.get()).isEqualTo("first");
    Files.writeString(file, "second\n");
    assertThat(password.get()).isEqualTo("second");
    Files.delete(file);
    assertThat(password.get()).isEqualTo("first");
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void the_manual_has_every_setting(Setting setting) throws IOException {
    assertThat(Files.readAllLines(Path.of("../docs/M14_RUN_REGISTRY.md")))
        .filteredOn(line -> line.startsWith("| `"))
        .anyMatch(
            line ->
                line.contains("`" + setting.key() + "`")
                    && line.contains("`" + setting.variable() + "`"));
  }

  @Test
  void what_is_set_for_slurm_jobs_is_asked_of_the_cluster() {
    options.put(Setting.EXECUTOR, "slurm");
    options.put(Setting.SLURM_CPUS, "8");
    options.put(Setting.SLURM_OPTIONS, "--constraint=a100 --exclusive");
    options.put(Setting.SLURM_PENDING_TIMEOUT, "2h");
    SlurmSettings slurm = new SlurmSettings(settings());

    assertThat(slurm.isChosen()).isTrue();
    assertThat(slurm.options().values()).isEqualTo(Map.of("cpus-per-task", "8"));
    assertThat(slurm.options().more()).containsExactly("--constraint=a100", "--exclusive");
    assertThat(slurm.options().exported()).isEqualTo(SlurmOptions.EXPORTED);
    assertThat(slurm.pendingTimeout()).contains(Duration.ofHours(2));
  }

  @Test
  void an_executor_or_a_slurm_option_that_cannot_be_is_refused() {
    assertThat(new SlurmSettings(settings()).isChosen()).isFalse();
    assertThat(new SlurmSettings(settings()).pendingTimeout()).isEmpty();

    options.put(Setting.EXECUTOR, "cloud");
    options.put(Setting.SLURM_OPTIONS, "--wrap=x");
    SlurmSettings slurm = new SlurmSettings(settings());

    assertThatThrownBy(slurm::isChosen)
        .isInstanceOf(UsageException.class)
        .hasMessage("executor must be process or slurm: cloud (option --executor)");
    assertThatThrownBy(slurm::options)
        .isInstanceOf(UsageException.class)
        .hasMessage("Slurm: the registry sets this option itself: --wrap");
  }
}
