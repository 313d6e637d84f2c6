// Mode l4: each connection has one place to go, and no host name of TLS leads to two.

import { type L4, type L4Target, targetsOf } from '../l4.ts'
import type { Config } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { checkReference } from './reference.ts'

/** @param steps to the listener */
export function* checkL4(
  steps: readonly string[],
  { l4, tls }: { readonly l4?: L4 | undefined; readonly tls?: { readonly enabled: boolean } | undefined },
  upstreams: Config['upstreams'],
): Iterable<PlacedProblem> {
  if (l4 === undefined) return
  const at = [...steps, 'l4']
  if (l4.sni === undefined && l4.upstream === undefined && l4.to === undefined) {
    yield {
      steps: [...at, 'upstream'],
      message: 'is missing: write the name of an upstream, or to or sni beside it',
    }
  }
  for (const [inner, target] of targetsOf(l4)) {
    yield* checkTarget([...at, ...inner], target, upstreams)
  }
  if (l4.sni === undefined) return
  yield* checkHostNames([...at, 'sni'], l4.sni)
  if (tls?.enabled) {
    yield {
      steps: [...at, 'sni'],
      message:
        'passes TLS on to the backends, but tls of the listener ends it at Envoy: remove one of them, or give the other a listener of its own',
    }
  }
}

function* checkTarget(
  steps: readonly string[],
  { upstream, to }: L4Target,
  upstreams: Config['upstreams'],
): Iterable<PlacedProblem> {
  if (upstream !== undefined) yield* checkReference([...steps, 'upstream'], upstream, upstreams, 'upstream')
  if (to === undefined) {
    if (upstream === undefined) {
      yield { steps: [...steps, 'upstream'], message: 'is missing: write the name of an upstream, or to' }
    }
    return
  }
  if (upstream !== undefined) {
    yield {
      steps: [...steps, 'to'],
      message: 'is beside upstream, and a connection goes to one of them: remove one',
    }
  }
  for (const name of Object.keys(to))
    yield* checkReference([...steps, 'to', name], name, upstreams, 'upstream')
  if (Object.values(to).every((weight) => weight === 0)) {
    yield {
      steps: [...steps, 'to'],
      message: 'has only weights of 0, so connections would go nowhere: give one upstream a weight above 0',
    }
  }
}

/** Envoy rejects a listener if two of its chains have one name. */
function* checkHostNames(steps: readonly string[], sni: NonNullable<L4['sni']>): Iterable<PlacedProblem> {
  const ownerOf = new Map<string, string>()
  for (const [name, { hosts }] of Object.entries(sni)) {
    for (const [index, host] of hosts.entries()) {
      const owner = ownerOf.get(host)
      if (owner !== undefined && owner !== name) {
        yield {
          steps: [...steps, name, 'hosts', String(index)],
          message: `"${host}" is also a host of ${owner}, and a connection goes to one of them: remove it from one`,
        }
      }
      ownerOf.set(host, name)
    }
  }
}
