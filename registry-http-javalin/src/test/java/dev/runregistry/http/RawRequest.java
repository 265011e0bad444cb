package dev.runregistry.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * Sends bytes that no HTTP client would send, and reads one answer, up to the end of the stream.
 */
final class RawRequest {
  private static final int PATIENCE_MILLIS = 120_000;

  private RawRequest() {}

  /** A request whose target is sent as it is. */
  static HttpResponse<String> get(TestClient server, String target) {
    HttpResponse<String> answer =
        send(server, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    Answers.requireDocumented("GET", target, answer);
    return answer;
  }

  static HttpResponse<String> send(TestClient server, String request) {
    return send(server, request.getBytes(StandardCharsets.ISO_8859_1));
  }

  static HttpResponse<String> send(TestClient server, byte[] request) {
    try (Socket socket = connect(server)) {
      socket.getOutputStream().write(request);
      socket.getOutputStream().flush();
      return read(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Socket connect(TestClient server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** The answer, whose body goes to the end of the stream or has a length. */
  static HttpResponse<String> read(InputStream in) throws IOException {
    String status = line(in);
    Map<String, List<String>> headers = new HashMap<>();
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String[] parts = header.split(":\\s*", 2);
      headers.computeIfAbsent(parts[0], name -> new ArrayList<>()).add(parts[1]);
    }
    HttpHeaders all = HttpHeaders.of(headers, (name, value) -> true);
    long length = all.firstValueAsLong("content-length").orElse(0);
    byte[] body = in.readNBytes((int) length);
    int code = Integer.parseInt(status.split(" ")[1]);
    return new Answer(code, all, new String(body, StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection was closed after: " + line);
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  private record Answer(int statusCode, HttpHeaders headers, String body)
      implements HttpResponse<String> {
    @Override
    public HttpRequest request() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<HttpResponse<String>> previousResponse() {
      return Optional.empty();
    }

    @Override
    public Optional<SSLSession> sslSession() {
      return Optional.empty();
    }

    @Override
    public URI uri() {
      throw new UnsupportedOperationException();
    }

    @Override
    public HttpClient.Version version() {
      return HttpClient.Version.HTTP_1_1;
    }
  }
}
