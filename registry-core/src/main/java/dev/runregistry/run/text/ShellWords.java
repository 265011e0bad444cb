package dev.runregistry.run.text;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A command as a POSIX shell would parse it. */
public final class ShellWords {
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./{}-]+");

  private ShellWords() {}

  /** Returns the words with blanks between them, in quotes where a shell needs them. */
  public static String join(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
