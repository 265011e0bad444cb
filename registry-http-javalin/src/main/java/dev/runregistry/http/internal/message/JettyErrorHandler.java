package dev.runregistry.http.internal.message;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renders errors detected by Jetty itself (malformed requests, headers that are too large) in the
 * common error format.
 */
public final class JettyErrorHandler extends ErrorHandler {
  private static final Logger log = LoggerFactory.getLogger(JettyErrorHandler.class);

  // accepts Jetty's short reasons, but no text that may contain request data or a class name
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z ]{1,80}");

  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int found,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    // an unsupported HTTP version is a client error
    int status = found == HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505 ? 400 : found;
    response.setStatus(status);
    HttpFields.Mutable headers = response.getHeaders();
    String id = RequestIds.of(request.getHeaders());
    headers.put(RequestIds.HEADER, id);
    SecurityHeaders.putInto(headers);
    headers.put(HttpHeader.CONTENT_TYPE, Json.MEDIA_TYPE);
    if (status == HttpStatus.SERVICE_UNAVAILABLE_503 && cause == null) { // the server stops
      log.debug("request {}: {} {}", id, status, HttpStatus.getMessage(status));
    } else if (status >= 500) {
      log.error("request {}: {} {}", id, status, HttpStatus.getMessage(status), cause);
    }
    response.write(
        true, ByteBuffer.wrap(ErrorJson.of(status, detail(status, message), id)), callback);
  }

  private static String detail(int status, @Nullable String message) {
    if (status < 500 && message != null && PLAIN.matcher(message).matches()) {
      return message;
    }
    return HttpStatus.getMessage(status);
  }
}
