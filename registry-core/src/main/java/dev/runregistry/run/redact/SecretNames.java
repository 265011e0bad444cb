package dev.runregistry.run.redact;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Decides by its name whether an option, a variable or a parameter has a secret value. */
final class SecretNames {
  private static final List<String> ENDINGS =
      List.of(
          "password",
          "passwd",
          "passphrase",
          "passcode",
          "pwd",
          "secret",
          "credential",
          "cookie",
          "apikey",
          "accesskey",
          "accountkey",
          "authkey",
          "encryptionkey",
          "licensekey",
          "masterkey",
          "privatekey",
          "secretkey",
          "signingkey",
          "sharedaccesskey",
          "amzsignature",
          "googsignature");

  private static final Set<String> WHOLE = Set.of("pass", "pat", "sig", "authorization", "xapikey");

  /** Prefixes after which {@code pass} means a password, not a number of rounds or a gate. */
  private static final List<String> BEFORE_PASS =
      List.of("user", "db", "http", "proxy", "ftp", "smtp", "mail", "ssh", "key", "store", "sql");

  /** Prefixes before {@code token} that make it a piece of text, or a count of them. */
  private static final List<String> BEFORE_TEXT_TOKEN =
      List.of(
          "pad", "eos", "bos", "unk", "mask", "sep", "cls", "special", "start", "begin", "end",
          "stop", "first", "last", "next", "new", "num", "max", "min", "per", "image", "audio",
          "video", "prompt", "system", "extra", "added", "blank", "space");

  /** Prefixes before {@code _KEY}, in the name of a variable, that make it a name or a place. */
  private static final List<String> BEFORE_PLAIN_KEY =
      List.of("public", "sort", "primary", "foreign", "partition", "group", "index", "cache");

  private static final Set<String> WORKING_DIRECTORIES = Set.of("PWD", "OLDPWD");

  private SecretNames() {}

  /** Returns whether the value is a secret. Dashes, underscores, dots and case do not matter. */
  static boolean isSecret(String name) {
    String plain = plain(name);
    return plain.length() >= 3
        && !WORKING_DIRECTORIES.contains(name)
        && (WHOLE.contains(plain)
            || endsWithOne(plain, ENDINGS)
            || isOwnToken(plain)
            || isKeyVariable(name, plain)
            || name.endsWith("_PAT")
            || (plain.endsWith("pass") && endsWithOne(without(plain, "pass"), BEFORE_PASS)));
  }

  /** Returns whether it is a token; a short number is not a secret token. */
  static boolean isToken(String name) {
    return plain(name).endsWith("token");
  }

  private static boolean isKeyVariable(String name, String plain) {
    return name.endsWith("_KEY") && !endsWithOne(without(plain, "key"), BEFORE_PLAIN_KEY);
  }

  private static boolean isOwnToken(String plain) {
    return plain.endsWith("token") && !endsWithOne(without(plain, "token"), BEFORE_TEXT_TOKEN);
  }

  private static boolean endsWithOne(String plain, List<String> endings) {
    return endings.stream().anyMatch(plain::endsWith);
  }

  private static String without(String plain, String ending) {
    return plain.substring(0, plain.length() - ending.length());
  }

  private static String plain(String name) {
    StringBuilder plain = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '-' && c != '_' && c != '.') {
        plain.append(c);
      }
    }
    return plain.toString().toLowerCase(Locale.ROOT);
  }
}
