// Endpoints that the control plane resolves by DNS: each address of a name, for clients of all kinds, by EDS.

import { Resolver } from 'node:dns/promises'
import { parseDuration } from '../../switches/duration.ts'
import type { DnsSettings } from '../../switches/endpoints-from.ts'
import type { Clock } from './clock.ts'
import type { EndpointSource } from './endpoint-source.ts'
import type { Endpoints } from './merge-endpoints.ts'
import { SourceState, type SourceStateOptions } from './source-state.ts'

interface Answer {
  readonly address: string
  /** In seconds. */
  readonly ttl: number
}

/** Answers that say that there are no addresses. All other errors say nothing. */
const NO_ADDRESS: readonly unknown[] = ['ENODATA', 'ENOTFOUND']
/** An answer with a TTL of 0 must not be asked for without a pause. */
const LEAST_PAUSE_MS = 1_000
const QUERY_TIMEOUT_MS = 3_000

/** What a family asks for: lists of record types, the first that has addresses counts. */
const FAMILIES: Readonly<Record<string, readonly (readonly (4 | 6)[])[]>> = {
  v4Preferred: [[4], [6]],
  v6Preferred: [[6], [4]],
  v4: [[4]],
  v6: [[6]],
  all: [[4, 6]],
}

/** @param random from 0 to 1, for the jitter */
export function startDnsSource(
  settings: DnsSettings,
  { clock, random = Math.random }: { readonly clock: Clock; readonly random?: () => number },
  options: SourceStateOptions,
): EndpointSource {
  const { host, port, refresh = '5s', honorTtl = true, jitter = '0ms', resolvers, family } = settings
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: 2 })
  if (resolvers !== undefined) resolver.setServers([...resolvers])
  const state = new SourceState(options)
  let isClosed = false
  let stopTimer = () => {}

  const resolve = async () => {
    let pause = parseDuration(refresh) ?? 0
    try {
      const answers = await resolveFamily(resolver, host, FAMILIES[family ?? 'v4Preferred'] ?? [])
      if (isClosed) return
      state.answer(toEndpoints(answers, port))
      const ttl = Math.min(...answers.map((one) => one.ttl))
      if (honorTtl && answers.length > 0) pause = Math.max(LEAST_PAUSE_MS, ttl * 1_000)
    } catch (error) {
      if (isClosed) return
      const code = error instanceof Error && 'code' in error ? error.code : String(error)
      state.fail(`${host} cannot be resolved (${code}); the endpoints from before stay`, 'dns')
    }
    stopTimer = clock.after(pause + random() * (parseDuration(jitter) ?? 0), () => void resolve())
  }
  void resolve()
  return {
    read: () => state.read(),
    settled: state.settled,
    close: () => {
      isClosed = true
      stopTimer()
      resolver.cancel()
    },
  }
}

async function resolveFamily(
  resolver: Resolver,
  host: string,
  lists: readonly (readonly (4 | 6)[])[],
): Promise<readonly Answer[]> {
  for (const types of lists) {
    const answers = (await Promise.all(types.map((type) => resolveType(resolver, host, type)))).flat()
    if (answers.length > 0) return answers
  }
  return []
}

async function resolveType(resolver: Resolver, host: string, type: 4 | 6): Promise<readonly Answer[]> {
  try {
    return type === 4
      ? await resolver.resolve4(host, { ttl: true })
      : await resolver.resolve6(host, { ttl: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && NO_ADDRESS.includes(error.code)) return []
    throw error
  }
}

/** Named by their addresses: an address that stays is the same endpoint. */
function toEndpoints(answers: readonly Answer[], port: number): Endpoints {
  return Object.fromEntries(
    answers
      .map(({ address }) => address)
      .toSorted()
      .map((address) => [
        nameOf(address),
        { address: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}` },
      ]),
  )
}

/** Names begin with a letter or a digit, and have no colon. */
export function nameOf(address: string): string {
  return address.includes(':') ? `ip6-${address.replaceAll(':', '-')}` : address
}
