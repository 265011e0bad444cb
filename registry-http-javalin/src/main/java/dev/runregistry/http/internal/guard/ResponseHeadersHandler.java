package dev.runregistry.http.internal.guard;

import dev.runregistry.http.internal.message.RequestIds;
import dev.runregistry.http.internal.message.SecurityHeaders;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Assigns the request id and sets the response headers before any other handler. */
public final class ResponseHeadersHandler extends Handler.Wrapper {
  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    response.getHeaders().put(RequestIds.HEADER, RequestIds.of(request.getHeaders()));
    SecurityHeaders.putInto(response.getHeaders());
    return super.handle(request, response, callback);
  }
}
