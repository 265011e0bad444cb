package dev.runregistry.run.redact;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Masks obvious secrets in what is recorded. A secret is obvious by the name before it ({@code
 * --api-key VALUE}, {@code --password=VALUE}, {@code HF_TOKEN=VALUE}, {@code ?sig=VALUE}, {@code
 * ?key=VALUE}, {@code "secret": "VALUE"}, {@code password: VALUE}), by its place ({@code
 * user:VALUE@} in a URL, after {@code Bearer}), or by its shape, as tokens of well-known services
 * have one. In its place stands {@value #MASK}.
 *
 * <p>A secret that is none of these goes on record as it is: hand it over in the environment or in
 * a file. {@code -p VALUE} and {@code -u NAME:VALUE} are not masked, because to most programs they
 * are something else; nor are names of files that hold a secret, numbers of tokens, or the tokens
 * of a tokenizer. What is masked already stays as it is.
 */
public final class SecretRedactor {
  /** What stands in place of a secret. */
  public static final String MASK = "***";

  /** What an option may be set to that is a secret to nobody. */
  private static final Set<String> PLAIN_VALUES =
      Set.of("", "true", "false", "yes", "no", "on", "off", "none", "null");

  private static final int LONGEST_NUMBER = 6;

  private SecretRedactor() {}

  /**
   * The command with obvious secrets in its arguments masked. The name of the program stays, unless
   * it is an assignment such as {@code API_KEY=VALUE}, which is typed where a shell line was meant.
   */
  public static List<String> masked(List<String> command) {
    List<String> words = new ArrayList<>(command.size());
    String before = ""; // an option whose value is the next word
    for (String word : command) {
      boolean isValue = !before.isEmpty() && !word.startsWith("-");
      if (words.isEmpty()) {
        words.add(program(word));
      } else {
        words.add(isValue ? maskedValue(before, word) : maskedWord(word));
        before = !isValue && isSecretOption(word) ? word : "";
      }
    }
    return words;
  }

  /** The name of a program, for messages: masked if it is an assignment of a secret. */
  public static String program(String word) {
    int end = word.indexOf('=');
    return end > 0 && word.charAt(0) != '-' && isName(word, end) ? maskedWord(word) : word;
  }

  /** The whole rest of {@code --name=value} and {@code NAME=value}; of a script only its parts. */
  private static String maskedWord(String word) {
    int end = word.indexOf('=');
    if (end > 0 && isName(word, end) && (word.charAt(0) == '-' || word.indexOf(' ') < 0)) {
      String name = word.substring(0, end);
      return name + '=' + masked(name, word.substring(end + 1));
    }
    return masked(word);
  }

  /** An argument, or any other text, with what is an obvious secret by itself masked. */
  public static String masked(String text) {
    return SecretPatterns.mayMatch(text) ? SecretPatterns.masked(text) : text;
  }

  /** The value of a variable or an option of that name, masked if it is a secret. */
  public static String masked(String name, String value) {
    return SecretNames.isSecret(name) ? maskedValue(name, value) : masked(value);
  }

  static String maskedValue(String name, String value) {
    return isPlain(name, value) ? value : MASK;
  }

  private static boolean isPlain(String name, String value) {
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
