// Measures a step: makes its changes while authorized calls go on, then lets every caller and every attacker call.

import { status as Status } from '@grpc/grpc-js'
import type { Measured } from '../../../harness/results.ts'
import type { RunContext } from '../../../harness/scenario.ts'
import { encodeLatencies } from '../../../testbed/measure/histogram.ts'
import type { TestbedNode } from '../../../testbed/testbed.ts'
import { Bed } from './bed.ts'
import { METHODS, statusOf } from './callers.ts'
import { ackedFigure, attackFigure, callerFigure, SHADOW_DENIED } from './figures.ts'
import type { LoadCount } from './load.ts'
import { beforeStep, type Step } from './steps.ts'

export interface Extent {
  /** How many Envoys. */
  readonly envoys: number
  /** Authorized calls before and after each step, on top of those during it. */
  readonly callsAround: number
}

type Figures = Readonly<Record<string, number>>

/** @throws SwitchyardError if the fleet does not ACK a change */
export async function measureStep(step: Step, context: RunContext, extent: Extent): Promise<Measured> {
  const bed = await Bed.of(context, extent.envoys)
  await bed.prepare(beforeStep(step))
  const { load, nodes } = bed
  const begun = performance.now()
  const counted = load.count()
  load.takeLatencies()
  await load.further(extent.callsAround)
  const acked: [string, number][] = []
  for (const [index, change] of step.changes.entries()) {
    acked.push([ackedFigure(index), await bed.change(change)])
  }
  // Counts from here on: the stats of a replaced filter chain are gone.
  const before = await countShadowDenied(nodes)
  const callers = await callAll(bed, step)
  const shadowDenied = (await countShadowDenied(nodes)) - before
  const attacks = await attackAll(bed, step)
  await load.further(extent.callsAround)
  const { calls, codes } = since(counted, load.count())
  return {
    load: { tool: 'grpc-js', loop: 'closed', connections: nodes.length, concurrency: load.concurrency },
    seconds: (performance.now() - begun) / 1000,
    calls,
    codes,
    histograms: { service: encodeLatencies(load.takeLatencies()) },
    processes: [],
    figures: { ...Object.fromEntries(acked), ...callers, ...attacks, [SHADOW_DENIED]: shadowDenied },
  }
}

/** Each caller calls each method at each Envoy. If Envoys differ, the figure is the unexpected status. */
async function callAll({ nodes, people }: Bed, step: Step): Promise<Figures> {
  const statuses = people.callers.flatMap((caller) =>
    METHODS.map(async (method, index) => {
      const expected = step.expected[caller.name]?.[index]
      const all = await Promise.all(nodes.map(({ target }) => statusOf(target, caller, method, step.tls)))
      const status = all.find((one) => one !== expected) ?? all[0] ?? Status.UNKNOWN
      return [callerFigure(caller.name, method.name), status] as const
    }),
  )
  return Object.fromEntries(await Promise.all(statuses))
}

async function attackAll({ nodes, people }: Bed, step: Step): Promise<Figures> {
  const [method] = METHODS
  const target = nodes[0]?.target ?? ''
  const attackers = people.attackers.map((attacker) => ({
    ...attacker,
    ...(!step.attackersHaveCertificate && { identity: people.noCertificate }),
  }))
  const attacks = attackers.map(
    async (attacker) =>
      [attackFigure(attacker.name), await statusOf(target, attacker, method, step.tls)] as const,
  )
  if (step.tls && !step.open) {
    const caller = { ...people.authorized, name: 'a valid token in plaintext' }
    const status = statusOf(target, caller, method, false)
    attacks.push(status.then((status) => [attackFigure(caller.name), status] as const))
  }
  return Object.fromEntries(await Promise.all(attacks))
}

async function countShadowDenied(nodes: readonly TestbedNode[]): Promise<number> {
  const counts = await Promise.all(nodes.map(({ envoy }) => envoy.admin.stats('rbac.*shadow_denied$')))
  return counts.flatMap((count) => [...count.values()]).reduce((sum, count) => sum + count, 0)
}

function since(before: LoadCount, after: LoadCount) {
  const calls = after.calls - before.calls
  const failed = after.failed.slice(before.failed.length)
  const byStatus = Map.groupBy(failed, (status) => Status[status] ?? String(status))
  const codes = Object.fromEntries([...byStatus].map(([name, of]) => [name, of.length]))
  return { calls, codes: { OK: calls - failed.length, ...codes } }
}
