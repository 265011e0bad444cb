package dev.runregistry.cli.doctor;

import dev.runregistry.cli.config.QueueSettings;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SlurmSettings;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.executor.process.LogLimit;
import dev.runregistry.executor.process.RemoteSupervisor;
import dev.runregistry.executor.slurm.SlurmExecutor;
import dev.runregistry.run.RuntimeStatus;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the programs that the registry starts: Perl, git, Slurm and nvidia-smi. */
final class ProgramChecks {
  private static final Pattern GIT_VERSION = Pattern.compile("(\\d+)\\.(\\d+)");
  private static final int GIT_MAJOR = 2;
  private static final int GIT_MINOR = 26;

  private final Settings settings;
  private final LocalRunExecutor processes = LocalRunExecutor.builder().build();
  private final Consumer<Finding> found;

  ProgramChecks(Settings settings, Consumer<Finding> found) {
    this.settings = settings;
    this.found = found;
  }

  void run() {
    perl();
    git();
    slurm();
    gpus();
  }

  private void perl() {
    RuntimeStatus perl = processes.probe(List.of("perl"));
    found.accept(
        perl.available()
            ? Finding.ok("perl", version(perl))
            : Finding.error(
                "perl",
                perl.message(),
                "it supervises runs, so none starts: install Perl 5 (Debian: apt-get install perl)"));
  }

  private static String version(RuntimeStatus program) {
    String version = program.version();
    return version == null ? program.message() : version;
  }

  private void git() {
    if (!isOn(settings::git)) {
      return;
    }
    RuntimeStatus git = processes.probe(List.of("git"));
    if (!git.available()) {
      found.accept(
          Finding.warning(
              "git",
              git.message(),
              "whether files differ from the commit is not recorded: install git, or set git=off"));
    } else if (isOldGit(version(git))) {
      found.accept(
          Finding.warning(
              "git",
              version(git),
              "whether files differ from the commit is recorded with git %d.%d or newer"
                  .formatted(GIT_MAJOR, GIT_MINOR)));
    } else {
      found.accept(Finding.ok("git", version(git)));
    }
  }

  private static boolean isOldGit(String version) {
    Matcher number = GIT_VERSION.matcher(version);
    if (!number.find()) {
      return false;
    }
    int major = Integer.parseInt(number.group(1));
    return major < GIT_MAJOR
        || (major == GIT_MAJOR && Integer.parseInt(number.group(2)) < GIT_MINOR);
  }

  private void slurm() {
    boolean isChosen = isOn(new SlurmSettings(settings)::isChosen);
    RuntimeStatus sbatch = processes.probe(List.of("sbatch"));
    if (isChosen || isConfigured()) {
      cluster();
    } else if (sbatch.available()) { // the controller may take half a minute not to answer
      found.accept(Finding.ok("slurm", version(sbatch) + "; not used, as executor is not slurm"));
    }
  }

  private boolean isConfigured() {
    return Arrays.stream(Setting.values())
        .anyMatch(each -> each.key().startsWith("slurm.") && settings.given(each).isPresent());
  }

  private void cluster() {
    try {
      String name = SlurmExecutor.builder(new RemoteSupervisor(LogLimit.DEFAULT)).build().cluster();
      found.accept(Finding.ok("slurm", "cluster %s answers".formatted(name)));
    } catch (IOException e) {
      found.accept(
          Finding.error(
              "slurm",
              String.valueOf(e.getMessage()),
              "no job is submitted: check slurm.conf, munge and the controller, such as by 'scontrol"
                  + " ping'"));
    }
  }

  private void gpus() {
    if (settings
        .given(Setting.QUEUE_GPUS)
        .filter(value -> !value.text().equals(QueueSettings.NONE))
        .isEmpty()) {
      return;
    }
    try {
      List<String> gpus = new QueueSettings(settings).gpus();
      found.accept(Finding.ok("gpus", String.join(", ", gpus)));
    } catch (UsageException e) {
      found.accept(
          Finding.error(
              "gpus",
              String.valueOf(e.getMessage()),
              "no run is submitted or served: correct queue.gpus"));
    }
  }

  private interface Choice {
    boolean isMade();
  }

  /** A value that is none is reported with the settings. */
  private static boolean isOn(Choice choice) {
    try {
      return choice.isMade();
    } catch (UsageException e) {
      return false;
    }
  }
}
