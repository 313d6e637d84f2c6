// Revisions that an earlier testbed kept: they are in force, so some flags of this run have no effect.

import { readdir } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Document, envoyFleetsOf, listenersOf, localEndpointsOf } from './document.ts'
import { SECURITY_UPSTREAMS } from './security.ts'

/** The options of a testbed that only a new document takes into account. */
export interface ContradictedOptions {
  readonly configFile?: string
  readonly port?: number
  readonly backends?: number
  readonly security?: boolean
}

/** Whether a control plane has used the folder before. */
export async function hasState(folder: string): Promise<boolean> {
  const files = await readdir(folder).catch(() => [])
  return files.length > 0
}

/**
 * A line for each flag that contradicts the document in force, with what to do instead.
 * @param given what the file of `--config` contains
 */
export function contradictionsOf(
  document: Document,
  given: Document | undefined,
  options: ContradictedOptions,
): readonly string[] {
  return [
    ...configContradiction(document, given, options.configFile),
    ...portContradictions(document, options.port),
    ...backendsContradiction(document, options.backends),
    ...securityContradiction(document, options.security),
  ]
}

function configContradiction(document: Document, given: Document | undefined, file = ''): readonly string[] {
  if (given === undefined || isDeepStrictEqual(given, document)) return []
  return [
    `--config ${file} is ignored: kept revisions are in force. Put the file in force: yard apply -f ${file}`,
  ]
}

function portContradictions(document: Document, port = 0): readonly string[] {
  if (port === 0) return []
  const others = envoyFleetsOf(document).flatMap((fleet) =>
    listenersOf(document, fleet).map(({ name, port: kept }) => ({
      path: `fleets.${fleet}.listeners.${name}.port`,
      kept,
    })),
  )
  if (others.some(({ kept }) => kept === port)) return []
  return others.map(
    ({ path, kept }) =>
      `--port ${port} is ignored: the kept port is ${kept}. Change it: yard set ${path}=${port}`,
  )
}

function backendsContradiction(document: Document, backends: number | undefined): readonly string[] {
  const endpoints = localEndpointsOf(document, SECURITY_UPSTREAMS)
  if (backends === undefined || backends === endpoints.length) return []
  if (backends < endpoints.length) {
    const without = endpoints.slice(backends).map(({ id, address }) => `${id} (${address})`)
    return [
      `--backends ${backends}: these endpoints of the kept document have no backend: ${without.join(', ')}`,
    ]
  }
  const [{ upstream } = { upstream: 'echo' }] = endpoints
  return [
    `--backends ${backends}: only ${endpoints.length} start, one for each endpoint of the kept document on this host. Add one: yard set upstreams.${upstream}.endpoints.NAME.address=127.0.0.1:PORT, and start again`,
  ]
}

function securityContradiction({ upstreams = {} }: Document, security = false): readonly string[] {
  const kept = SECURITY_UPSTREAMS.filter((name) => upstreams[name] !== undefined)
  if (security && kept.length < SECURITY_UPSTREAMS.length) {
    const missing = SECURITY_UPSTREAMS.filter((name) => !kept.includes(name))
    return [
      `--security: the kept document does not use these upstreams: ${missing.join(', ')}. Add them, or start without --keep`,
    ]
  }
  if (!security && kept.length > 0) {
    return [`these upstreams of the kept document have no process: ${kept.join(', ')}. Start with --security`]
  }
  return []
}
