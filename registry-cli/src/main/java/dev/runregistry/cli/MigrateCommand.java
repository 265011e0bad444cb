package dev.runregistry.cli;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.MigrationResult;
import dev.runregistry.persistence.jooq.RunDatabase;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code registry migrate}. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Check the schema of the database and bring it up to date.",
      "Every other command does this automatically."
    })
final class MigrateCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  MigrateCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    try (RunDatabase database = new RegistryFactory(settings.read(caller)).database()) {
      MigrationResult result = database.migrate();
      caller
          .out()
          .println(
              result.applied() == 0
                  ? "The schema is current: version %d".formatted(result.versionAfter())
                  : "Migrated the schema from version %d to %d"
                      .formatted(result.versionBefore(), result.versionAfter()));
      database
          .missingPrivileges()
          .forEach(one -> caller.say("the role lacks " + one + ": grant it before runs need it"));
      return 0;
    }
  }
}
