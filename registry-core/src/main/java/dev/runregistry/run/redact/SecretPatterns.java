package dev.runregistry.run.redact;

import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Patterns of secrets within a text. Each pattern takes time in proportion to any text: no match
 * attempt begins in the middle of what another attempt has passed over.
 */
final class SecretPatterns {
  /** Every text with a secret is longer than this. */
  private static final int SHORTEST = 5;

  private static final int SHORTEST_TOKEN = 20;

  private static final Set<String> SCHEMES = Set.of("bearer", "basic", "token", "digest");

  /** {@code scheme://user:secret@host}. */
  private static final Pattern PASSWORD_IN_URL =
      Pattern.compile("(?<=://)([^\\s:/?#@\"']{0,256}):([^\\s/?#\"']{1,1024})@");

  /** {@code https://secret@host}: with ssh and other schemes this is the name of a user. */
  private static final Pattern USER_OF_HTTP =
      Pattern.compile("(?i)(?<=\\bhttps?://)[^\\s:/?#@\"']{1,1024}@");

  /** {@code ?key=secret}; elsewhere a key is a name. */
  private static final Pattern KEY_IN_QUERY = Pattern.compile("(?i)(?<=[?&])(key=)[^\\s&;,#\"']++");

  /** {@code name=value}, {@code "name": "value"}, {@code name: value}; quotes may be escaped. */
  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "(?<![\\w.-])([\\w.-]{1,128})(=|\\\\?[\"']\\s?:\\s?(?=\\\\?[\"'])|:\\s{1,4})"
              + "(\\\\\"[^\"\\\\]*+\\\\\"|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+){0,512}+\""
              + "|'[^']*+'|[^\\s&;,\"']++)");

  private static final Pattern HEADER =
      Pattern.compile(
          "(?i)(?<![\\w-])((?:proxy-)?authorization|[\\w-]{0,64}(?:api-?key|-token|-secret))"
              + "(:\\s?)((?:bearer|basic|token|digest)\\s)?([^\\s\"',;]++)");

  private static final Pattern BEARER =
      Pattern.compile("(?i)(?<!\\w)(bearer\\s)([\\w.~+/=-]{16,}+)");

  /** Tokens as documented by their issuers; no letter or digit precedes one. */
  private static final Pattern WELL_KNOWN =
      Pattern.compile(
          "(?<![A-Za-z0-9_-])(?:"
              + "gh[pousr]_[A-Za-z0-9]{30,255}+" // GitHub
              + "|github_pat_\\w{30,255}+"
              + "|gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\\w.-]{16,255}+" // GitLab
              + "|hf_[A-Za-z0-9]{30,255}+" // Hugging Face
              + "|sk-(?:proj|svcacct|admin|ant)-[\\w-]{20,512}+" // OpenAI, Anthropic
              + "|sk-[A-Za-z0-9]{32,128}+"
              + "|[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}+" // Stripe
              + "|xox[abeoprs]-[\\w-]{10,255}+" // Slack
              + "|(?:AKIA|ASIA)[0-9A-Z]{16}+" // Amazon
              + "|AIza[\\w-]{35}+" // Google
              + "|ya29\\.[\\w-]{20,2048}+"
              + "|npm_[A-Za-z0-9]{36}+"
              + "|pypi-[\\w-]{50,512}+"
              + "|dapi[0-9a-f]{32}+" // Databricks
              + "|dop_v1_[0-9a-f]{64}+" // DigitalOcean
              + "|hvs\\.[\\w-]{20,255}+" // Vault
              + "|eyJ[\\w-]{10,4096}+\\.[\\w-]{2,8192}+\\.[\\w-]*+" // a JSON web token
              + ")");

  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*+(?:-----END [A-Z ]+-----)?");

  private SecretPatterns() {}

  /**
   * Returns whether the patterns need to be tried, which is slow for the first text: nearly all
   * arguments have neither a sign after a name nor a word as long as a token.
   */
  static boolean mayMatch(String text) {
    int word = 0;
    for (int i = 0; i < text.length() && text.length() > SHORTEST; i++) {
      char c = text.charAt(i);
      word = isOfWord(c) ? word + 1 : 0;
      if (c == '=' || c == ':' || word == SHORTEST_TOKEN) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfWord(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.';
  }

  static String redact(String text) {
    String redacted =
        PASSWORD_IN_URL.matcher(text).replaceAll("$1:" + SecretRedactor.REDACTED + "@");
    redacted = USER_OF_HTTP.matcher(redacted).replaceAll(SecretRedactor.REDACTED + "@");
    redacted = KEY_IN_QUERY.matcher(redacted).replaceAll("$1" + SecretRedactor.REDACTED);
    redacted = ASSIGNMENT.matcher(redacted).replaceAll(SecretPatterns::redactAssignment);
    redacted = HEADER.matcher(redacted).replaceAll("$1$2$3" + SecretRedactor.REDACTED);
    redacted = BEARER.matcher(redacted).replaceAll("$1" + SecretRedactor.REDACTED);
    redacted = WELL_KNOWN.matcher(redacted).replaceAll(SecretRedactor.REDACTED);
    return PRIVATE_KEY.matcher(redacted).replaceAll(SecretRedactor.REDACTED);
  }

  private static String redactAssignment(MatchResult found) {
    String name = found.group(1);
    String value = found.group(3);
    String kept =
        SecretNames.isSecret(name) && !isHeaderOrWord(name, found.group(2), value)
            ? found.group(1) + found.group(2) + redactQuoted(name, value)
            : found.group();
    return Matcher.quoteReplacement(kept);
  }

  /** {@code Authorization: Bearer} is the beginning of a header, {@code pass: 1} a sentence. */
  private static boolean isHeaderOrWord(String name, String sign, String value) {
    return sign.startsWith(":")
        && (name.length() <= SHORTEST - 1 || SCHEMES.contains(value.toLowerCase(Locale.ROOT)));
  }

  private static String redactQuoted(String name, String value) {
    int quote = value.startsWith("\\\"") ? 2 : value.matches("(?s)[\"'].*") ? 1 : 0;
    int end = value.length() - quote;
    return value.substring(0, quote)
        + SecretRedactor.redactValue(name, value.substring(quote, end))
        + value.substring(end);
  }
}
