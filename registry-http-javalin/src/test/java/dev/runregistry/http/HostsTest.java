package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runregistry.run.Run;
import dev.runregistry.run.host.Home;
import dev.runregistry.testkit.Runs;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostsTest {
  private final TestServer server = TestServer.start();
  private final Home node7 = new Home(UUID.randomUUID(), "node7", "1.2.3");

  @AfterEach
  void stop() {
    server.close();
  }

  private Run running() {
    Run run = Runs.running().withProvenance(Runs.provenance());
    server.repository.save(run);
    return run;
  }

  private JsonNode shown(Run run) {
    return json(server.get("/api/tunix/runs/" + run.id()));
  }

  @Test
  void without_hosts_the_list_is_empty() {
    HttpResponse<String> answer = server.get("/api/hosts");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"data\":[]}");
  }

  @Test
  void a_host_is_listed_with_its_homes_and_active_runs() {
    server.hosts.announce(node7);
    running();

    JsonNode host = json(server.get("/api/hosts")).get("data").get(0);

    assertThat(host.get("host").textValue()).isEqualTo("node7");
    assertThat(host.get("seen").booleanValue()).isTrue();
    assertThat(host.get("homes").get(0).get("home_id").textValue())
        .isEqualTo(node7.id().toString());
    assertThat(host.get("active").get("running").intValue()).isEqualTo(1);
    assertThat(host.get("active").get("pending").intValue()).isZero();
    assertThat(host.get("retired").booleanValue()).isFalse();
    assertThat(host.get("retirement").isNull()).isTrue();
  }

  @Test
  void a_retired_host_has_the_user_the_time_and_the_reason() {
    server.hosts.announce(node7);
    server.hosts.age(node7.id(), Duration.ofHours(1));
    server.hosts.retire("node7", "ann", "its disk is broken");

    JsonNode host = json(server.get("/api/hosts")).get("data").get(0);

    assertThat(host.get("retired").booleanValue()).isTrue();
    assertThat(host.get("retirement").get("user").textValue()).isEqualTo("ann");
    assertThat(host.get("retirement").get("reason").textValue()).isEqualTo("its disk is broken");
  }

  @Test
  void hosts_are_only_read() {
    for (String method : new String[] {"POST", "PUT", "DELETE"}) {
      HttpResponse<String> answer =
          server.send(server.request("/api/hosts").method(method, BodyPublishers.noBody()));
      assertThat(answer.statusCode()).isEqualTo(405);
    }
  }

  @Test
  void the_detail_of_an_active_run_says_since_when_its_host_is_not_seen() {
    Run run = running();
    assertThat(shown(run).get("host").textValue()).isEqualTo("node7");
    assertThat(shown(run).get("host_last_seen").isNull()).isTrue();
    server.hosts.announce(node7);
    assertThat(shown(run).get("host_last_seen").isNull()).isTrue();

    server.hosts.age(node7.id(), Duration.ofHours(1));

    assertThat(shown(run).get("host_last_seen").textValue()).endsWith("Z");
    server.repository.save(Runs.ended(run, Runs.exited(0)));
    assertThat(shown(run).get("host").textValue()).isEqualTo("node7");
    assertThat(shown(run).get("host_last_seen").isNull()).isTrue();
  }

  @Test
  void the_list_of_runs_is_filtered_by_host() {
    Run run = running();
    server.repository.save(Runs.running());

    assertThat(json(server.get("/api/tunix/runs?host=node7")).get("data"))
        .singleElement()
        .satisfies(
            item -> assertThat(item.get("run_id").textValue()).isEqualTo(run.id().toString()));
    assertThat(json(server.get("/api/tunix/runs?host=node8")).get("data")).isEmpty();
    assertThat(json(server.get("/api/tunix/runs?host=")).get("data")).hasSize(2);
    assertThat(server.get("/api/tunix/runs?host=a%00b").statusCode()).isEqualTo(422);
  }

  @Test
  void the_next_page_of_a_host_is_of_that_host() {
    running();
    running();

    String link =
        server.get("/api/tunix/runs?limit=1&host=node7").headers().firstValue("Link").orElseThrow();

    assertThat(link).startsWith("<runs?limit=1&host=node7&cursor=");
  }
}
