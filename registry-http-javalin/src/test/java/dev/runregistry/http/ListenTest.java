package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryDatasetCatalog;
import dev.runregistry.testkit.InMemoryRunJournal;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Addresses that can be had, and those that cannot. */
class ListenTest {
  private static RegistryServer on(String host, int port) {
    RunRegistry registry =
        RunRegistry.builder()
            .repository(new InMemoryRunRepository())
            .journal(new InMemoryRunJournal())
            .executor(ScriptedRunExecutor.endingWith(Runs.exited(0)))
            .catalog(new InMemoryDatasetCatalog())
            .ids(Runs::id)
            .build();
    return RegistryServer.create(
        registry, ServerConfig.builder().host(host).port(port).token("t").build());
  }

  @Test
  void a_port_that_is_taken_is_named_and_can_be_tried_again_when_it_is_free() throws IOException {
    int port;
    RegistryServer server;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = taken.getLocalPort();
      server = on("127.0.0.1", port);

      assertThatThrownBy(server::start)
          .isInstanceOf(CannotListenException.class)
          .hasMessage(
              "cannot listen on 127.0.0.1:%d: the port is taken; choose another one, 0 for any free one",
              port)
          .hasCauseInstanceOf(BindException.class);
    }
    try (server) {
      assertThat(server.start().port()).isEqualTo(port);
    }
  }

  @Test
  void an_address_of_another_host_is_named() {
    RegistryServer server = on("192.0.2.7", 0); // set aside for examples: nobody has it

    assertThatThrownBy(server::start)
        .isInstanceOf(CannotListenException.class)
        .hasMessage("cannot listen on 192.0.2.7:0: this host does not have that address");
  }

  @Test
  void a_host_that_is_not_known_any_more_is_named() {
    assertThatThrownBy(() -> new ListenAddress("no.such.host.invalid", 1).listen())
        .isInstanceOf(CannotListenException.class)
        .hasMessage("cannot listen on no.such.host.invalid:1: there is no such host");
  }

  @Test
  void an_address_of_ipv6_is_written_as_in_a_url() {
    assertThat(new ListenAddress("::1", 80)).hasToString("[::1]:80");
    assertThat(new ListenAddress("localhost", 80)).hasToString("localhost:80");
  }

  @Test
  void many_who_come_at_once_are_all_answered() {
    try (TestServer server = TestServer.start()) {
      List<CompletableFuture<HttpResponse<String>>> answers =
          IntStream.range(0, 300)
              .mapToObj(i -> server.sendAsync(server.request("/api/health").GET()))
              .toList();

      assertThat(new ArrayList<>(answers))
          .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
    }
  }
}
