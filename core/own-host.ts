// Whether a request is for this server by its own name, and not by one that somebody has pointed here (DNS rebinding).

import { isIP } from 'node:net'

/** A host with an optional port: https://www.rfc-editor.org/rfc/rfc9110#section-7.2 */
const HOST = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/

/**
 * The pages of `http://evil.example` may call `http://evil.example` again after its owner has pointed the name to 127.0.0.1; the
 * browser then takes this server for theirs. Nobody can do that with an IP address or `localhost`. Every other name must be one of
 * `names`. https://www.w3.org/TR/local-network-access/
 * @param host the header `Host`, or `:authority`
 * @param names host names of this server, without ports
 * @param isNamed whether a name in lower case is one too
 */
export function isOwnHost(
  host: string,
  names: readonly string[] = [],
  isNamed: (name: string) => boolean = () => false,
): boolean {
  const [, bracketed, plain] = HOST.exec(host) ?? []
  if (bracketed !== undefined) return isIP(bracketed) === 6
  const name = plain?.toLowerCase().replace(/\.$/, '')
  if (name === undefined) return false
  if (isIP(name) === 4 || name === 'localhost') return true
  return names.some((own) => own.toLowerCase() === name) || isNamed(name)
}
