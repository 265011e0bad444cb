package dev.runregistry.http;

import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where a page of a list says that the next one is. */
final class PageLinks {
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");

  private PageLinks() {}

  /** The path and the query of the next page: the link is relative to the page that has it. */
  static Optional<String> next(HttpResponse<String> page) {
    return page.headers()
        .firstValue("Link")
        .flatMap(link -> NEXT.matcher(link).results().findFirst().map(found -> found.group(1)))
        .map(page.uri()::resolve)
        .map(next -> next.getRawPath() + "?" + next.getRawQuery());
  }
}
