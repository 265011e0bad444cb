package dev.runregistry.cli.doctor;

import java.util.Locale;
import java.util.Optional;

/**
 * The result of one check.
 *
 * @param level how severe it is
 * @param check what was checked, one word
 * @param message what was found, one line
 * @param advice what to do; empty if nothing has to be done
 */
record Finding(Level level, String check, String message, Optional<String> advice) {
  /** Whether something has to be done. */
  enum Level {
    OK,
    /** Runs work; something is unusual or will not work for long. */
    WARNING,
    /** Runs do not start, or are not recorded. */
    ERROR;

    /** Returns the word that is printed. */
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String check, String message) {
    return new Finding(Level.OK, check, message, Optional.empty());
  }

  static Finding warning(String check, String message, String advice) {
    return new Finding(Level.WARNING, check, message, Optional.of(advice));
  }

  static Finding error(String check, String message, String advice) {
    return new Finding(Level.ERROR, check, message, Optional.of(advice));
  }
}
