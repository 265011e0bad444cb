package dev.runregistry.http;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Gives every request its id and every answer its headers, before anything else happens. */
final class ResponseHeadersHandler extends Handler.Wrapper {
  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    response.getHeaders().put(RequestIds.HEADER, RequestIds.of(request.getHeaders()));
    SecurityHeaders.putInto(response.getHeaders());
    return super.handle(request, response, callback);
  }
}
