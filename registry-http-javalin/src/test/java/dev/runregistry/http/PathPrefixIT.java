package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page and the description of the API behind a proxy that strips a prefix of the path. */
class PathPrefixIT extends BrowserTest {
  /** A reverse proxy on the loopback that serves below {@code /registry/} what is at the root. */
  interface Proxy extends AutoCloseable {
    int port();

    /** The request lines of all requests that were not below the prefix; to be asked at the end. */
    List<String> outside() throws IOException;

    @Override
    void close();
  }

  /** What stands before the server. */
  enum Kind {
    OURS {
      @Override
      Proxy start(int upstream, Path folder) throws IOException {
        return new StrippingProxy("/registry", upstream);
      }
    },

    NGINX {
      @Override
      Proxy start(int upstream, Path folder) throws IOException {
        Nginx.require();
        return new Nginx(upstream, folder);
      }
    };

    abstract Proxy start(int upstream, Path folder) throws IOException;
  }

  @TempDir private Path proxyFolder;
  private Proxy proxy;

  private void serveBehind(Kind kind) throws IOException {
    serve("echo hello");
    proxy = kind.start(server.port(), proxyFolder);
    newTab(proxy.port());
  }

  @AfterEach
  void nothingWasWantedOutsideOfThePrefix() throws IOException {
    if (proxy != null) { // else the test was skipped
      proxy.close();
      assertThat(proxy.outside()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_page_works_below_a_path_prefix(Kind kind) throws IOException {
    serveBehind(kind);
    tab.open("/registry/");
    fillIn("arithmetic-traces", "m");
    pressRun();
    tab.shows("#result", "exit code 0");
    tab.click("#result .id a");
    tab.shows("#opened .verdict", "exit code 0");
    assertThat(tab.address()).startsWith("/registry/?run=");

    for (int i = 0; i < 25; i++) {
      assertThat(server.post(RealServer.body(true)).statusCode()).isEqualTo(200);
    }
    tab.open("/registry/?history=open");
    eventually(() -> assertThat(tab.all("#runs tbody tr")).hasSize(20));
    tab.click("#older");
    eventually(() -> assertThat(tab.all("#runs tbody tr")).hasSize(6));
    assertThat(tab.address()).startsWith("/registry/?");
  }

  @ParameterizedTest
  @EnumSource
  void the_description_can_be_tried_out_below_a_path_prefix(Kind kind) throws IOException {
    serveBehind(kind);
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
