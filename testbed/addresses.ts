// The addresses that a testbed is going to use, checked before anything starts.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Problem, SwitchyardError } from '../core/errors.ts'
import { joinAddress, splitAddress } from '../core/host-and-port.ts'
import { describeHolder } from '../core/port-holder.ts'
import { nodeAddress } from '../envoy-bootstrap/node-address.ts'
import { type Document, listenersOf, localEndpointsOf } from './document.ts'

const MAX_PORT = 65_535

/** An address that somebody wrote down, and where. */
export interface Claim {
  /** The flag, or the path in the document. */
  readonly path: string
  /** `HOST:PORT`. Port 0 and Unix sockets are always free. */
  readonly address: string
}

/**
 * @param orElse what a person can do if the process must stay
 * @throws SwitchyardError `address-in-use` with each address that cannot be used, and the process that holds it
 */
export async function requireFree(claims: readonly Claim[], orElse = 'write another address'): Promise<void> {
  const problems: Problem[] = []
  // One after the other: two claims of one port must not find each other.
  for (const claim of claims) problems.push(...(await problemOf(claim, orElse)))
  if (problems.length > 0)
    throw new SwitchyardError('address-in-use', 'these addresses cannot be used:', { problems })
}

/** The ports of the listeners of each Envoy. */
export function listenerClaims(document: Document, sizes: ReadonlyMap<string, number>): readonly Claim[] {
  let index = 0
  return [...sizes].flatMap(([fleet, size]) =>
    Array.from({ length: size }, () => nodeAddress(index++)).flatMap((host) =>
      listenersOf(document, fleet).map(({ name, port, address = host }) => ({
        path: `fleets.${fleet}.listeners.${name}.port`,
        address: joinAddress(address, port),
      })),
    ),
  )
}

/** The first endpoints on this host, which backends are going to serve. */
export function endpointClaims(
  document: Document,
  count: number,
  except: readonly string[],
): readonly Claim[] {
  return localEndpointsOf(document, except)
    .slice(0, count)
    .map(({ upstream, id, address }) => ({ path: `upstreams.${upstream}.endpoints.${id}.address`, address }))
}

async function problemOf({ path, address }: Claim, orElse: string): Promise<readonly Problem[]> {
  const { host, port } = splitAddress(address) ?? { host: undefined, port: 0 }
  // Whoever reads the address reports an invalid one.
  if (host === undefined || host === 'unix' || port === 0 || port > MAX_PORT) return []
  const code = await bindErrorOf(host, port)
  if (code === undefined) return []
  const reason =
    code === 'EADDRINUSE'
      ? `is in use by ${describeHolder(address)}: stop that process, or ${orElse}`
      : `cannot be used (${code}): ${orElse}`
  return [{ path, message: `${address} ${reason}` }]
}

/** Binds without SO_REUSEPORT, so the port of a process that shares it with others counts as used too. */
async function bindErrorOf(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen({ host, port })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
