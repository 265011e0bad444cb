package dev.runregistry.http;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a {@link RegistryServer}. Start with {@link #builder}; every setting has a
 * default.
 *
 * @param host the name or address to listen on
 * @param port the port to listen on, 0 to 65535; 0 selects a free one
 * @param token the bearer token that a client must send; null if none is required, which is
 *     possible on loopback only
 * @param allowedHosts accepted names in the Host header, in lower case, without a port, in addition
 *     to {@code host} and the loopback names
 * @param corsOrigins origins such as {@code https://example.org} whose pages may use the API from a
 *     browser; empty for none
 * @param command the program and its arguments that local mode starts; {@code {config}} stands for
 *     the path of the configuration
 * @param localRunTimeout the time limit of a local run
 * @param queueTimeLimit the time limit of a queued run; null for none
 * @param maxLocalRuns the maximum number of concurrent local runs, at least 1; further ones are
 *     refused with Retry-After
 * @param maxBodyBytes the maximum size of a request body, at least 1
 * @param requestTimeout the maximum time for sending a request, and the maximum pause while the
 *     client reads
 * @param stopTimeout the maximum time that {@link RegistryServer#stop} waits for running runs
 * @param showCommand whether clients see the commands of runs, with their secrets redacted
 * @param artifactsRoot the directory outside which no output directory of a run is read
 * @param metrics the metrics of the server
 * @param onCancel called after a request to cancel a run was stored, returns at once; for a program
 *     that reconciles, so that a run without a living owner is terminated soon
 * @param localRunThreads executes the local runs of requests, each of which blocks a thread until
 *     it has ended; null for threads of the server's own
 */
public record ServerConfig(
    String host,
    int port,
    @Nullable String token,
    Set<String> allowedHosts,
    Set<String> corsOrigins,
    List<String> command,
    Duration localRunTimeout,
    @Nullable Duration queueTimeLimit,
    int maxLocalRuns,
    int maxBodyBytes,
    Duration requestTimeout,
    Duration stopTimeout,
    boolean showCommand,
    Path artifactsRoot,
    RegistryMetrics metrics,
    Runnable onCancel,
    @Nullable Executor localRunThreads) {

  /**
   * Validates every value and their combination.
   *
   * @throws IllegalArgumentException if a value is out of range, the host is unknown, or it is not
   *     a loopback address and there is no token
   */
  public ServerConfig {
    requireNonNull(artifactsRoot, "artifactsRoot");
    requireNonNull(metrics, "metrics");
    requireNonNull(onCancel, "onCancel");
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
    requirePositive("the time limit of local runs", localRunTimeout);
    if (queueTimeLimit != null) {
      requirePositive("the time limit of queued runs", queueTimeLimit);
    }
    requirePositive("the time limit of requests", requestTimeout);
    require(!stopTimeout.isNegative(), "the stop limit must not be negative: " + stopTimeout);
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

  /** Returns a builder with the defaults: 127.0.0.1, port 8080, no token. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns all values except the token, which is a secret. */
  @Override
  public String toString() {
    return "ServerConfig[%s:%d, token=%s, command=%s]"
        .formatted(host, port, token == null ? "none" : "***", command);
  }

  /** Builds a {@link ServerConfig}. Not thread-safe. */
  public static final class Builder {
    private String host = "127.0.0.1";
    private int port = 8080;
    private @Nullable String token;
    private Set<String> allowedHosts = Set.of();
    private Set<String> corsOrigins = Set.of();
    private List<String> command = List.of("tunix", "train", "--config", "{config}");
    private Duration localRunTimeout = Duration.ofSeconds(30);
    private @Nullable Duration queueTimeLimit;
    private int maxLocalRuns = Runtime.getRuntime().availableProcessors();
    private int maxBodyBytes = 1 << 20;
    private Duration requestTimeout = Duration.ofSeconds(10);
    private Duration stopTimeout = Duration.ofSeconds(30);
    private boolean showCommand = true;
    private Path artifactsRoot = Path.of("output");
    private RegistryMetrics metrics = new RegistryMetrics();
    private Runnable onCancel = () -> {};
    private @Nullable Executor localRunThreads;

    private Builder() {}

    /** Sets the name or address to listen on; any but a loopback address needs a token. */
    public Builder host(String nameOrAddress) {
      host = requireNonNull(nameOrAddress, "host");
      return this;
    }

    /** Sets the port to listen on; 0 selects a free one. */
    public Builder port(int number) {
      port = number;
      return this;
    }

    /** Sets the bearer token that clients must send; null for none. */
    public Builder token(@Nullable String secret) {
      token = secret;
      return this;
    }

    /** Sets additional accepted host names, without a port. */
    public Builder allowedHosts(String... names) {
      allowedHosts = Stream.of(names).collect(Collectors.toUnmodifiableSet());
      return this;
    }

    /** Sets the origins whose pages may use the API from a browser. */
    public Builder corsOrigins(String... origins) {
      corsOrigins = Stream.of(origins).collect(Collectors.toUnmodifiableSet());
      return this;
    }

    /** Sets the program and its arguments that local mode starts. */
    public Builder command(List<String> words) {
      command = List.copyOf(words);
      return this;
    }

    /** Sets the time limit of a local run; default 30 s. */
    public Builder localRunTimeout(Duration limit) {
      localRunTimeout = requireNonNull(limit, "limit");
      return this;
    }

    /** Sets the maximum number of concurrent local runs; default is the number of processors. */
    public Builder maxLocalRuns(int atMost) {
      maxLocalRuns = atMost;
      return this;
    }

    /** Sets the maximum size of a request body in bytes; default 1 MiB. */
    public Builder maxBodyBytes(int atMost) {
      maxBodyBytes = atMost;
      return this;
    }

    /** Sets the maximum time for sending a request; default 10 s. */
    public Builder requestTimeout(Duration limit) {
      requestTimeout = requireNonNull(limit, "limit");
      return this;
    }

    /** Sets the time limit of queued runs; default none. */
    public Builder queueTimeLimit(@Nullable Duration limit) {
      queueTimeLimit = limit;
      return this;
    }

    /** Sets the maximum time that a stop waits for running runs; default 30 s. */
    public Builder stopTimeout(Duration limit) {
      stopTimeout = requireNonNull(limit, "limit");
      return this;
    }

    /** Sets whether clients see the commands of runs; default true. */
    public Builder showCommand(boolean visible) {
      showCommand = visible;
      return this;
    }

    /**
     * Sets the directory outside which no output directory of a run is read; default {@code output}
     * in the working directory.
     */
    public Builder artifactsRoot(Path directory) {
      artifactsRoot = requireNonNull(directory, "directory");
      return this;
    }

    /** Sets the metrics, to share them with other parts of the program. */
    public Builder metrics(RegistryMetrics registryMetrics) {
      metrics = requireNonNull(registryMetrics, "metrics");
      return this;
    }

    /**
     * Sets what executes the local runs of requests. Each blocks a thread until it has ended, at
     * most {@link #maxLocalRuns} at once; a task that is rejected is answered with 503. By default
     * the server starts threads of its own, virtual ones where the JVM has them.
     *
     * @param executor stays open when the server is stopped; its threads should be daemons, since a
     *     run does not depend on this process
     */
    public Builder localRunThreads(Executor executor) {
      localRunThreads = requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Sets what is called after a request to cancel a run was stored, by the thread of the request;
     * must return at once.
     */
    public Builder onCancel(Runnable listener) {
      onCancel = requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Returns the configuration.
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
          localRunTimeout,
          queueTimeLimit,
          maxLocalRuns,
          maxBodyBytes,
          requestTimeout,
          stopTimeout,
          showCommand,
          artifactsRoot,
          metrics,
          onCancel,
          localRunThreads);
    }
  }
}
