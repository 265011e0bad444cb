package dev.runregistry.cli.config;

import java.util.regex.Pattern;

/**
 * Variables that Kubernetes puts into each container for a Service named {@code registry} or {@code
 * registry-…}; they are not meant for this program.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/service/">Service</a>
 */
public final class KubernetesVariables {
  private static final Pattern NAME =
      Pattern.compile(
          "REGISTRY_(\\w+_)?(SERVICE_(HOST|PORT(_\\w+)?)|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  private static final Pattern PORT = Pattern.compile("REGISTRY_(\\w+_)?PORT");
  private static final Pattern URL = Pattern.compile("(tcp|udp|sctp)://.*");

  private KubernetesVariables() {}

  /** Returns whether the variable is one of them; {@code REGISTRY_PORT} is by its value. */
  public static boolean contain(String name, String value) {
    return NAME.matcher(name).matches()
        || (PORT.matcher(name).matches() && URL.matcher(value).matches());
  }
}
