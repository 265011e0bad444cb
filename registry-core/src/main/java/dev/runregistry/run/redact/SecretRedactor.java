package dev.runregistry.run.redact;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Redacts obvious secrets before they are recorded. A secret is obvious by the name before it
 * ({@code --api-key VALUE}, {@code --password=VALUE}, {@code HF_TOKEN=VALUE}, {@code ?sig=VALUE},
 * {@code ?key=VALUE}, {@code "secret": "VALUE"}, {@code password: VALUE}), by its position ({@code
 * user:VALUE@} in a URL, after {@code Bearer}), or by its shape, like the tokens of well-known
 * services. It is replaced by {@value #REDACTED}.
 *
 * <p>A secret that is none of these is recorded unchanged: pass it in the environment or in a file.
 * {@code -p VALUE} and {@code -u NAME:VALUE} are not redacted, because most programs use them for
 * something else; nor are names of files that hold a secret, numbers of tokens, or the tokens of a
 * tokenizer. A redacted value stays unchanged.
 */
public final class SecretRedactor {
  /** The replacement of a secret. */
  public static final String REDACTED = "***";

  /** Values of an option that are no secrets. */
  private static final Set<String> PLAIN_VALUES =
      Set.of("", "true", "false", "yes", "no", "on", "off", "none", "null");

  private static final int LONGEST_NUMBER = 6;

  private SecretRedactor() {}

  /**
   * Returns the command with obvious secrets in its arguments redacted. The name of the program is
   * unchanged, unless it is an assignment such as {@code API_KEY=VALUE}, a mistyped shell line.
   */
  public static List<String> redact(List<String> command) {
    List<String> words = new ArrayList<>(command.size());
    String before = ""; // an option whose value is the next word
    for (String word : command) {
      boolean isValue = !before.isEmpty() && !word.startsWith("-");
      if (words.isEmpty()) {
        words.add(program(word));
      } else {
        words.add(isValue ? redactValue(before, word) : redactWord(word));
        before = !isValue && isSecretOption(word) ? word : "";
      }
    }
    return words;
  }

  /** Returns the name of a program, for messages: redacted if it is an assignment of a secret. */
  public static String program(String word) {
    int end = word.indexOf('=');
    return end > 0 && word.charAt(0) != '-' && isName(word, end) ? redactWord(word) : word;
  }

  /** Redacts the whole value of {@code --name=value} and {@code NAME=value}; parts of a script. */
  private static String redactWord(String word) {
    int end = word.indexOf('=');
    if (end > 0 && isName(word, end) && (word.charAt(0) == '-' || word.indexOf(' ') < 0)) {
      String name = word.substring(0, end);
      return name + '=' + redact(name, word.substring(end + 1));
    }
    return redact(word);
  }

  /**
   * Returns an argument, or any other text, with secrets that are obvious by themselves redacted.
   */
  public static String redact(String text) {
    return SecretPatterns.mayMatch(text) ? SecretPatterns.redact(text) : text;
  }

  /** Returns the value of a variable or an option of this name, redacted if it is a secret. */
  public static String redact(String name, String value) {
    return SecretNames.isSecret(name) ? redactValue(name, value) : redact(value);
  }

  static String redactValue(String name, String value) {
    return isHarmless(name, value) ? value : REDACTED;
  }

  private static boolean isHarmless(String name, String value) {
    return PLAIN_VALUES.contains(value.toLowerCase(Locale.ROOT))
        || (SecretNames.isToken(name) && isShortNumber(value));
  }

  private static boolean isShortNumber(String value) {
    return value.length() <= LONGEST_NUMBER && value.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isSecretOption(String word) {
    return word.length() > 2
        && word.charAt(0) == '-'
        && isName(word, word.length())
        && SecretNames.isSecret(word);
  }

  private static boolean isName(String word, int end) {
    for (int i = 0; i < end; i++) {
      char c = word.charAt(i);
      if (!Character.isLetterOrDigit(c) && c != '-' && c != '_' && c != '.') {
        return false;
      }
    }
    return true;
  }
}
