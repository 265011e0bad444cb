package dev.runregistry.http.internal.guard;

/** Which requests a route answers on a server that has a token. */
public enum Access {
  /** All, and by any name of the host: orchestrators probe a server by its address. */
  PROBE,
  /** All: nothing of it is about runs. */
  PUBLIC,
  /** Those that carry the token. */
  TOKEN
}
