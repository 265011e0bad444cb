package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The page and the description of the API behind a proxy that strips a prefix of the path. */
class PathPrefixIT extends BrowserTest {
  private StrippingProxy proxy;

  private void serveBehindProxy() throws IOException {
    serve("echo hello");
    proxy = new StrippingProxy("/registry", server.port());
    newTab(proxy.port());
  }

  @AfterEach
  void nothingWasWantedOutsideOfThePrefix() throws IOException {
    proxy.close();
    assertThat(proxy.outside()).isEmpty();
  }

  @Test
  void the_page_works_below_a_path_prefix() throws IOException {
    serveBehindProxy();
    tab.open("/registry/");
    fillIn("arithmetic-traces", "m");
    pressRun();
    tab.shows("#result", "exit code 0");

    for (int i = 0; i < 25; i++) {
      assertThat(server.post(RealServer.body(true)).statusCode()).isEqualTo(200);
    }
    tab.open("/registry/?history=open");
    eventually(() -> assertThat(tab.all("#runs tbody tr")).hasSize(20));
    tab.click("#older");
    eventually(() -> assertThat(tab.all("#runs tbody tr")).hasSize(6));
    assertThat(tab.address()).startsWith("/registry/?");
  }

  @Test
  void the_description_can_be_tried_out_below_a_path_prefix() throws IOException {
    serveBehindProxy();
    tab.open("/registry/docs/");
    eventually(() -> assertThat(tab.isShown("#operations-runs-status")).isTrue());
    assertThat(tab.address()).isEqualTo("/registry/docs");
    tab.click("#operations-runs-status .opblock-summary-control");
    eventually(() -> assertThat(tab.isShown("#operations-runs-status .try-out__btn")).isTrue());
    tab.click("#operations-runs-status .try-out__btn");
    tab.click("#operations-runs-status .execute");

    tab.shows("#operations-runs-status .responses-table.live-responses-table", "sh is available");
  }
}
