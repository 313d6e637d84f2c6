// Upstreams: a source of endpoints each, fields that fit it, addresses that are valid, and aggregates that end somewhere.

import { memoizeByText } from '../../../core/memo.ts'
import { parseAddress } from '../address.ts'
import type { Config, Endpoint, Upstream } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { checkAggregates } from './aggregates.ts'

export function* checkUpstreams({ upstreams }: Config): Iterable<PlacedProblem> {
  for (const [name, upstream] of Object.entries(upstreams)) yield* problemsOf(upstream, name)
  yield* checkAggregates(upstreams)
}

/** Of an upstream by itself. A write leaves most of them as they are. */
const problemsOf = memoizeByText((upstream: Upstream, name): readonly PlacedProblem[] => {
  const steps = ['upstreams', name]
  return [
    ...checkSource(steps, upstream),
    ...checkAddresses([...steps, 'endpoints'], upstream.endpoints ?? {}),
  ]
})

const SOURCES = ['endpoints', 'endpointsFrom', 'dns', 'aggregate'] as const

/** Why a field has no effect beside the source that is written; undefined if it has one. */
function whyInVain(source: (typeof SOURCES)[number], field: string): string | undefined {
  if (source === 'dns' && OF_LOCALITIES.includes(field)) {
    return 'endpoints from DNS have no locality and no priority: remove it'
  }
  return source === 'aggregate' && field !== 'aggregate'
    ? 'the settings of the upstreams that it names hold: write it there'
    : undefined
}
const OF_LOCALITIES = ['localities', 'failover']

function* checkSource(steps: readonly string[], upstream: Upstream): Iterable<PlacedProblem> {
  const written = SOURCES.filter((one) => upstream[one] !== undefined)
  // Endpoints of the document may be beside those of a source.
  const [source, ...others] = written.filter(
    (one) => one !== 'endpointsFrom' || !written.includes('endpoints') || written.length > 2,
  )
  if (source === undefined) {
    yield { steps, message: 'has no endpoints: write endpoints, endpointsFrom, dns or aggregate' }
    return
  }
  for (const other of others) {
    yield { steps: [...steps, other], message: `cannot be combined with ${source}: remove one` }
  }
  if (others.length > 0) return
  for (const field of Object.keys(upstream)) {
    const why = whyInVain(source, field)
    if (why !== undefined) {
      yield { steps: [...steps, field], message: `has no effect beside ${source}, because ${why}` }
    }
  }
}

/** @param steps to the map of endpoints */
export function* checkAddresses(
  steps: readonly string[],
  endpoints: Readonly<Record<string, Endpoint>>,
): Iterable<PlacedProblem> {
  const idOf = new Map<string, string>()
  for (const [id, { address, additionalAddresses = [] }] of Object.entries(endpoints)) {
    const all = [address, ...additionalAddresses]
    for (const [index, text] of all.entries()) {
      const at =
        index === 0 ? [...steps, id, 'address'] : [...steps, id, 'additionalAddresses', String(index - 1)]
      const parsed = parseAddress(text)
      if (typeof parsed === 'string') yield { steps: at, message: parsed }
      else if (parsed.kind === 'unix' && all.length > 1) {
        yield {
          steps: at,
          message:
            'is a Unix socket, and clients choose between IP addresses only: write IP:PORT, or an endpoint of its own',
        }
      }
      const twin = idOf.get(text)
      if (twin === id) yield { steps: at, message: 'is an address of this endpoint already: remove one' }
      else if (twin !== undefined) {
        yield {
          steps: at,
          message: `is also the address of ${twin}: remove one, or give ${twin} a higher weight`,
        }
      }
      idOf.set(text, id)
    }
  }
}
