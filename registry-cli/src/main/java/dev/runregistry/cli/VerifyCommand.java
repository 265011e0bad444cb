package dev.runregistry.cli;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.text.VerificationPrinter;
import dev.runregistry.cli.wiring.LostRecords;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.service.chain.VerificationResult;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code registry verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Check that no finished run was modified, deleted or inserted after the fact.",
      "Reads the database only; a copy of its file is enough.",
      "%nStore the printed head where users of the database cannot change it; passed back with"
          + " --head, it also detects that the last runs were deleted or the history rewritten."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:verified, no discrepancies",
      "1:discrepancies found, or the chain does not contain the head",
      "2:usage error",
      "125:verification could not be completed"
    })
final class VerifyCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Option(
      names = "--head",
      paramLabel = "COUNT:DIGEST",
      description = "Head from an earlier verify; fails if the chain no longer contains it.")
  private @Nullable String head;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  VerifyCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    ChainHead kept = kept();
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    VerificationPrinter report = VerificationPrinter.of(caller.out(), json);
    try (RunDatabase database = parts.database()) {
      VerificationResult verification = parts.forVerify(database).verify(kept, report::found);
      report.end(verification);
      new LostRecords(parts.homeToRead(), database)
          .inUse()
          .ifPresent(
              warning -> {
                caller.out().flush(); // the message belongs after the result
                caller.say(warning);
              });
      return verification.isIntact() ? 0 : 1;
    }
  }

  private @Nullable ChainHead kept() {
    try {
      return head == null ? null : ChainHead.parse(head);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--head: " + e.getMessage(), e);
    }
  }
}
