package dev.runregistry.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client that reads server-sent events one by one. */
final class EventStream implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int PATIENCE_MILLIS = 120_000;

  private final HttpURLConnection connection;
  private final BufferedReader lines;

  /** An event; the id is null if it has none. */
  record Event(String name, @Nullable String id, JsonNode data) {
    String chunk() {
      return data.get("chunk").textValue();
    }
  }

  private EventStream(HttpURLConnection connection) throws IOException {
    this.connection = connection;
    lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
  }

  static EventStream of(TestClient server, String path, @Nullable String lastEventId)
      throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setReadTimeout(PATIENCE_MILLIS);
    if (lastEventId != null) {
      connection.setRequestProperty("Last-Event-ID", lastEventId);
    }
    return new EventStream(connection);
  }

  static EventStream of(TestClient server, String path) throws IOException {
    return of(server, path, null);
  }

  String header(String name) {
    return String.valueOf(connection.getHeaderField(name));
  }

  /** The next event of whatever kind; empty at the end of the response. */
  Optional<Event> next() throws IOException {
    String name = "message";
    String id = null;
    StringBuilder data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        if (!data.isEmpty()) {
          return Optional.of(new Event(name, id, MAPPER.readTree(data.toString())));
        }
      } else if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("data: ")) {
        data.append(line.substring(6));
      }
    }
    return Optional.empty();
  }

  /** The next event that is no heartbeat. */
  Optional<Event> nextNews() throws IOException {
    Optional<Event> event = next();
    while (event.isPresent() && event.get().name().equals("heartbeat")) {
      event = next();
    }
    return event;
  }

  Event nextLine() {
    try {
      return nextNews().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All events up to the end of the response, without heartbeats. */
  List<Event> rest() throws IOException {
    List<Event> events = new ArrayList<>();
    for (Optional<Event> event = nextNews(); event.isPresent(); event = nextNews()) {
      events.add(event.get());
    }
    return events;
  }

  @Override
  public void close() {
    connection.disconnect();
  }
}
