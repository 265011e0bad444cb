package dev.runregistry.http;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link RegistryServer} is set up. Start with {@link #builder}; every setting has a default.
 *
 * @param host the name or address to listen on
 * @param port the port to listen on, 0 to 65535; 0 takes a free one
 * @param token what a client must send as bearer token; null when none is asked for, which is
 *     possible on loopback only
 * @param allowedHosts names that requests may call this server by, in lower case, without a port,
 *     beside {@code host} and the names of the loopback
 * @param corsOrigins origins such as {@code https://example.org} whose pages may use the API from a
 *     browser; empty for none
 * @param command the program and its arguments that local mode starts; {@code {config}} stands for
 *     the path of the configuration
 * @param localTimeLimit after which a local run is ended
 * @param maxLocalRuns how many local runs may go on at once, at least 1; the next is told to come
 *     back later
 * @param maxBodyBytes the largest body of a request, at least 1
 * @param requestLimit how long a client may take to send a request, and may pause while it reads
 * @param stopLimit how long {@link RegistryServer#stop} waits for what is going on
 * @param metrics what counts and measures
 */
public record ServerConfig(
    String host,
    int port,
    @Nullable String token,
    Set<String> allowedHosts,
    Set<String> corsOrigins,
    List<String> command,
    Duration localTimeLimit,
    int maxLocalRuns,
    int maxBodyBytes,
    Duration requestLimit,
    Duration stopLimit,
    RegistryMetrics metrics) {

  /**
   * Checks every value and how they fit together.
   *
   * @throws IllegalArgumentException if a value is outside its limits, the host is not known, or it
   *     is not a loopback address and there is no token
   */
  public ServerConfig {
    requireNonNull(metrics, "metrics");
    allowedHosts =
        allowedHosts.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    corsOrigins = Set.copyOf(corsOrigins);
    command = List.copyOf(command);
    require(port >= 0 && port <= 65_535, "the port must be 0 to 65535: " + port);
    require(!command.isEmpty() && !command.get(0).isEmpty(), "the command needs a program");
    require(maxLocalRuns >= 1, "at least one local run must be possible: " + maxLocalRuns);
    require(maxBodyBytes >= 1, "the largest body must have at least one byte: " + maxBodyBytes);
    requirePositive("the time limit of local runs", localTimeLimit);
    requirePositive("the time limit of requests", requestLimit);
    require(!stopLimit.isNegative(), "the stop limit must not be negative: " + stopLimit);
    require(
        token == null || token.matches("[\\x21-\\x7e]+"),
        "the token must be visible ASCII characters without spaces, at least one");
    require(
        token != null || isLoopback(host),
        "on " + host + ", which is not a loopback address, the server needs a token");
    corsOrigins.forEach(ServerConfig::requireOrigin);
  }

  private static void requirePositive(String name, Duration duration) {
    require(duration.toMillis() >= 1, name + " must be at least 1 ms: " + duration);
  }

  private static void requireOrigin(String origin) {
    require(
        origin.matches("https?://[^/*?#\\s]+"),
        "an origin is a scheme and a host, such as https://example.org: " + origin);
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no such host to listen on: " + host, e);
    }
  }

  /** Starts with the defaults: 127.0.0.1, port 8080, no token. */
  public static Builder builder() {
    return new Builder();
  }

  /** Everything but the token, which is a secret. */
  @Override
  public String toString() {
    return "ServerConfig[%s:%d, token=%s, command=%s]"
        .formatted(host, port, token == null ? "none" : "***", command);
  }

  /** Collects the settings of a {@link ServerConfig}. Not for use by several threads. */
  public static final class Builder {
    private String host = "127.0.0.1";
    private int port = 8080;
    private @Nullable String token;
    private Set<String> allowedHosts = Set.of();
    private Set<String> corsOrigins = Set.of();
    private List<String> command = List.of("tunix", "train", "--config", "{config}");
    private Duration localTimeLimit = Duration.ofSeconds(30);
    private int maxLocalRuns = Runtime.getRuntime().availableProcessors();
    private int maxBodyBytes = 1 << 20;
    private Duration requestLimit = Duration.ofSeconds(10);
    private Duration stopLimit = Duration.ofSeconds(30);
    private RegistryMetrics metrics = new RegistryMetrics();

    private Builder() {}

    /** The name or address to listen on; any but a loopback address needs a token. */
    public Builder host(String nameOrAddress) {
      host = requireNonNull(nameOrAddress, "host");
      return this;
    }

    /** The port to listen on; 0 takes a free one. */
    public Builder port(int number) {
      port = number;
      return this;
    }

    /** What clients must send as bearer token; null for none. */
    public Builder token(@Nullable String secret) {
      token = secret;
      return this;
    }

    /** More names that requests may call this server by, without a port. */
    public Builder allowedHosts(String... names) {
      allowedHosts = Stream.of(names).collect(Collectors.toUnmodifiableSet());
      return this;
    }

    /** Origins whose pages may use the API from a browser. */
    public Builder corsOrigins(String... origins) {
      corsOrigins = Stream.of(origins).collect(Collectors.toUnmodifiableSet());
      return this;
    }

    /** The program and its arguments that local mode starts. */
    public Builder command(List<String> words) {
      command = List.copyOf(words);
      return this;
    }

    /** After which a local run is ended; 30 s unless said. */
    public Builder localTimeLimit(Duration limit) {
      localTimeLimit = requireNonNull(limit, "limit");
      return this;
    }

    /** How many local runs may go on at once; as many as there are processors unless said. */
    public Builder maxLocalRuns(int atMost) {
      maxLocalRuns = atMost;
      return this;
    }

    /** The largest body of a request in bytes; 1 MiB unless said. */
    public Builder maxBodyBytes(int atMost) {
      maxBodyBytes = atMost;
      return this;
    }

    /** How long a client may take to send a request; 10 s unless said. */
    public Builder requestLimit(Duration limit) {
      requestLimit = requireNonNull(limit, "limit");
      return this;
    }

    /** How long a stop waits for what is going on; 30 s unless said. */
    public Builder stopLimit(Duration limit) {
      stopLimit = requireNonNull(limit, "limit");
      return this;
    }

    /** What counts and measures, where something else is to be measured too. */
    public Builder metrics(RegistryMetrics registryMetrics) {
      metrics = requireNonNull(registryMetrics, "metrics");
      return this;
    }

    /**
     * Puts it together.
     *
     * @throws IllegalArgumentException as {@link ServerConfig#ServerConfig} does
     */
    public ServerConfig build() {
      return new ServerConfig(
          host,
          port,
          token,
          allowedHosts,
          corsOrigins,
          command,
          localTimeLimit,
          maxLocalRuns,
          maxBodyBytes,
          requestLimit,
          stopLimit,
          metrics);
    }
  }
}
