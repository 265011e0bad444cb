package dev.runregistry.cli.options;

import dev.runregistry.cli.config.OptionDefinition;
import picocli.CommandLine.Model.OptionSpec;

/** Options as picocli needs them. */
public final class OptionSpecs {
  private OptionSpecs() {}

  /** Returns the option for one command; it holds the value that this is given. */
  public static OptionSpec of(OptionDefinition option) {
    OptionSpec.Builder spec =
        OptionSpec.builder(option.names().toArray(new String[0]))
            .type(option.type())
            .description(option.help());
    if (option.isRepeatable()) {
      spec.auxiliaryTypes(String.class);
    }
    return (option.hasValue() ? spec.paramLabel(option.label()) : spec).build();
  }
}
