package dev.runregistry.http.internal.guard;

/** The requests that a route accepts on a server with a token. */
public enum Access {
  /** All, with any Host: orchestrators probe a server by its address. */
  PROBE,
  /** All: the route exposes no data about runs. */
  PUBLIC,
  /** Only those with the token. */
  TOKEN
}
