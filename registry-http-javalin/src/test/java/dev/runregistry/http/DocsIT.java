package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The description of the API, as a browser shows it. */
class DocsIT extends BrowserTest {
  @Test
  void the_description_is_shown_and_can_be_tried_out() {
    serve("true");
    open("/docs");
    eventually(() -> assertThat(tab.all(".opblock")).hasSizeGreaterThan(10));
    tab.shows("#api", "Run Registry");
    tab.picture("docs");

    tab.click("#operations-runs-status .opblock-summary-control");
    eventually(() -> assertThat(tab.isShown("#operations-runs-status .try-out__btn")).isTrue());
    tab.click("#operations-runs-status .try-out__btn");
    tab.click("#operations-runs-status .execute");

    tab.shows("#operations-runs-status .responses-table.live-responses-table", "sh is available");
    tab.picture("docs-tried");
    assertThat(tab.overflow()).isZero();
  }
}
