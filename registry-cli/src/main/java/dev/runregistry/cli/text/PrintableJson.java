package dev.runregistry.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import org.jspecify.annotations.Nullable;

/**
 * Escapes in JSON all that a terminal would act on, as the standard does below U+0020 only. The
 * values are the same.
 */
public final class PrintableJson extends CharacterEscapes {
  private static final long serialVersionUID = 1L;
  private static final int DELETE = 0x7F;

  private final int[] ascii = standardAsciiEscapesForJSON();

  private PrintableJson() {
    ascii[DELETE] = ESCAPE_STANDARD;
  }

  /** Returns a factory of generators that do so. */
  public static JsonFactory factory() {
    return new JsonFactory().setCharacterEscapes(new PrintableJson());
  }

  @Override
  public int[] getEscapeCodesForAscii() {
    return ascii.clone();
  }

  @Override
  public @Nullable SerializableString getEscapeSequence(int c) {
    return TerminalText.isHarmful(c) ? new SerializedString("\\u%04X".formatted(c)) : null;
  }
}
