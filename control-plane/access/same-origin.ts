// Whether the page of the control plane itself makes a request. Cookies do not tell: a browser sends them for every port of the
// host, also if a page of another port asks.

import type { IncomingHttpHeaders } from 'node:http'

export type RequestSource = 'same-origin' | 'other-origin' | 'no-browser'

/**
 * - `same-origin`: a browser says that a page of this very host and port asks.
 * - `other-origin`: a browser says that another page asks.
 * - `no-browser`: no header says so, as in requests of curl.
 *
 * Browsers leave out `Sec-Fetch-Site` over plain HTTP off loopback, and send `Origin` with each write. Only the host is
 * compared: a proxy that ends TLS changes the scheme. https://www.w3.org/TR/fetch-metadata/
 */
export function sourceOf(headers: IncomingHttpHeaders): RequestSource {
  const { 'sec-fetch-site': site, origin, host } = headers
  if (site !== undefined) return site === 'same-origin' ? 'same-origin' : 'other-origin'
  if (origin === undefined) return 'no-browser'
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase() ? 'same-origin' : 'other-origin'
}
