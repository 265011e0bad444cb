package dev.runregistry.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.runregistry.run.text.ShellWords;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A command in one line of text. To be read it is a JSON array of strings, or plain words with
 * blanks between them; words with quotes or backslashes are refused rather than guessed at, because
 * there are many rules for them and a shell's would promise more (variables, wildcards).
 */
public final class CommandLineFormat {
  private CommandLineFormat() {}

  /**
   * Reads a command.
   *
   * @param source where it was written, for the message
   * @throws UsageException if it has no clear meaning
   */
  public static List<String> parse(String text, String source) {
    String line = text.strip();
    List<String> words = line.startsWith("[") ? array(line, source) : words(line, source);
    if (words.isEmpty() || words.get(0).isEmpty()) {
      throw refused("it names no program", source);
    }
    return words;
  }

  private static List<String> words(String line, String source) {
    if (line.chars().anyMatch(c -> c == '"' || c == '\'' || c == '\\')) {
      throw refused("it has quotes or backslashes and is not a JSON array", source);
    }
    return line.isEmpty() ? List.of() : List.of(line.split("\\s+"));
  }

  private static List<String> array(String line, String source) {
    List<String> words = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(line)) {
      json.nextToken(); // the bracket
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
          throw refused("it is not an array of strings", source);
        }
        words.add(json.getText());
      }
      if (json.nextToken() != null) {
        throw refused("something follows the array", source);
      }
      return words;
    } catch (IOException e) {
      throw refused("it is not a JSON array of strings", source);
    }
  }

  private static UsageException refused(String why, String source) {
    return new UsageException(
        "the command (%s) cannot be used: %s; write [\"program\", \"an argument\"] or plain words"
            .formatted(source, why));
  }

  /** Formats a command for people, as a POSIX shell would parse it, on one line. */
  public static String of(List<String> command) {
    return TerminalText.line(ShellWords.join(command));
  }
}
