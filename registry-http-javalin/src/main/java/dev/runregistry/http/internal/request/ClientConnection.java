package dev.runregistry.http.internal.request;

import jakarta.servlet.http.HttpServletRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;

/** Makes the connection of a request known to its handler, so that it can be closed. */
public final class ClientConnection {
  private static final String NAME = ClientConnection.class.getName();

  private ClientConnection() {}

  /** Adds the connection to the request. */
  public static void addTo(Request request) {
    request.setAttribute(NAME, request.getConnectionMetaData().getConnection().getEndPoint());
  }

  /** Closes the connection at once, without the rest of the response. */
  public static void close(HttpServletRequest request) {
    if (request.getAttribute(NAME) instanceof EndPoint connection) {
      connection.close();
    }
  }
}
