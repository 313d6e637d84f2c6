// The calls between two looks at the load: counts of the second one without those of the first one.

import type { BackendLoad, Load, UpstreamLoad } from '../../api/schemas/load.ts'

type Calls = BackendLoad['calls']

/** Rates, open calls and the latest values of metrics stay those of the second one. After a restart of the control plane, all of it. */
export function loadSince(before: Load, now: Load): Load {
  if (before.since !== now.since) return now
  const earlier = new Map(before.upstreams.map((one) => [`${one.fleet} ${one.upstream}`, one]))
  return {
    ...now,
    since: new Date().toISOString(),
    upstreams: now.upstreams.map((one) => upstreamSince(earlier.get(`${one.fleet} ${one.upstream}`), one)),
  }
}

function upstreamSince(before: UpstreamLoad | undefined, now: UpstreamLoad): UpstreamLoad {
  if (before === undefined) return now
  const calls = callsSince(before.calls, now.calls)
  const earlier = new Map(before.backends.map((one) => [keyOf(one), one.calls]))
  return {
    ...now,
    calls,
    dropped: { ...now.dropped, calls: now.dropped.calls - before.dropped.calls },
    backends: now.backends.map((one) => {
      const own = callsSince(earlier.get(keyOf(one)), one.calls)
      return { ...one, calls: own, share: calls.started === 0 ? 0 : own.started / calls.started }
    }),
  }
}

function callsSince(before: Calls | undefined, now: Calls): Calls {
  if (before === undefined) return now
  // An endpoint that made room for others begins anew.
  const since = (field: 'started' | 'ok' | 'errors') => Math.max(0, now[field] - before[field])
  return { ...now, started: since('started'), ok: since('ok'), errors: since('errors') }
}

function keyOf({ address, locality: { region, zone, subZone }, priority }: BackendLoad): string {
  return JSON.stringify([address, region, zone, subZone, priority])
}
