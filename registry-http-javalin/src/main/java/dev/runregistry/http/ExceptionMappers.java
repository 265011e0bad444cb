package dev.runregistry.http;

import dev.runregistry.http.internal.message.ErrorJson;
import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.Json;
import dev.runregistry.http.internal.message.RequestIds;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RepositoryTimeoutException;
import dev.runregistry.run.port.UnreadableOutcomeException;
import dev.runregistry.run.port.UnreadableRunException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps exceptions to responses that expose no internal details. */
final class ExceptionMappers {
  private static final Logger log = LoggerFactory.getLogger(ExceptionMappers.class);

  private ExceptionMappers() {}

  static void addTo(RoutesConfig routes) {
    routes.exception(HttpProblem.class, ExceptionMappers::refused);
    routes.exception(RepositoryTimeoutException.class, ExceptionMappers::tooLong);
    routes.exception(RepositoryException.class, ExceptionMappers::databaseUnavailable);
    routes.exception(JournalException.class, ExceptionMappers::withoutJournal);
    routes.exception(UnreadableOutcomeException.class, ExceptionMappers::withoutOutcome);
    routes.exception(UnreadableRunException.class, ExceptionMappers::withoutRecord);
    routes.exception(DatasetException.class, ExceptionMappers::withoutDatasets);
    routes.exception(
        HttpResponseException.class, (e, ctx) -> answer(ctx, e.getStatus(), "Not Found"));
    routes.exception(RejectedExecutionException.class, ExceptionMappers::withoutThread);
    routes.exception(Exception.class, ExceptionMappers::internalError);
  }

  /** Responds to a request whose handler threw an Error, which the other mappers do not receive. */
  static void internalError(HttpServletResponse response, Error e) {
    String id = String.valueOf(response.getHeader(RequestIds.HEADER));
    log.error("request {} broke", id, e);
    if (response.isCommitted()) {
      return;
    }
    byte[] body = ErrorJson.of(500, "Internal Server Error", id);
    response.setStatus(500);
    response.setContentType(Json.MEDIA_TYPE);
    response.setContentLength(body.length);
    try {
      response.getOutputStream().write(body);
    } catch (IOException gone) {
      log.debug("request {}: the client has gone", id, gone);
    }
  }

  private static void withoutThread(RejectedExecutionException e, Context ctx) {
    log.error("request {}: no thread can be started", requestId(ctx), e);
    ctx.header("Retry-After", "1");
    answer(ctx, 503, "No thread can be started for the run; nothing was started");
  }

  private static void refused(HttpProblem refusal, Context ctx) {
    answer(ctx, refusal);
    if (refusal.status() >= 500) {
      log.warn("request {}: {} {}", requestId(ctx), refusal.status(), refusal.detail());
    }
  }

  /** Responds with the problem, which is not logged. */
  static void answer(Context ctx, HttpProblem refusal) {
    refusal.headers().forEach(ctx::header);
    if (refusal.problems().isEmpty()) {
      answer(ctx, refusal.status(), refusal.detail());
    } else {
      ctx.status(refusal.status());
      Routes.json(ctx, ErrorJson.of(refusal.problems()));
    }
  }

  private static void databaseUnavailable(RepositoryException e, Context ctx) {
    log.error("request {}: the database failed", requestId(ctx), e);
    answer(ctx, 503, "The database does not answer");
  }

  private static void tooLong(RepositoryTimeoutException e, Context ctx) {
    log.warn("request {}: {}", requestId(ctx), e.getMessage());
    answer(ctx, 503, "The database takes too long for this request");
  }

  private static void withoutJournal(JournalException e, Context ctx) {
    log.error("request {}: the journal of this host failed", requestId(ctx), e);
    answer(ctx, 503, "The run cannot be journaled on this host; nothing was started");
  }

  private static void withoutOutcome(UnreadableOutcomeException e, Context ctx) {
    log.error("request {}: {}", requestId(ctx), e.getMessage(), e);
    answer(ctx, 503, "The run was started; its outcome cannot be read yet");
  }

  private static void withoutRecord(UnreadableRunException e, Context ctx) {
    log.error("request {}: {}", requestId(ctx), e.getMessage());
    answer(ctx, 500, "The record of the run was changed and cannot be read; see registry verify");
  }

  private static void withoutDatasets(DatasetException e, Context ctx) {
    log.error("request {}: {}", requestId(ctx), e.explanation(), e);
    answer(ctx, 503, "The datasets cannot be listed");
  }

  private static void internalError(Exception e, Context ctx) {
    log.error("request {} broke", requestId(ctx), e);
    answer(ctx, 500, "Internal Server Error");
  }

  private static void answer(Context ctx, int status, String detail) {
    ctx.status(status);
    Routes.json(ctx, ErrorJson.of(status, detail, requestId(ctx)));
  }

  private static String requestId(Context ctx) {
    return String.valueOf(ctx.res().getHeader(RequestIds.HEADER));
  }
}
