// The names of servers behind the Envoy that routes by authority.

/** What the client names as the server, by which Envoy routes. */
export function authorityOf(name: string): string {
  return `${name}.test`
}
