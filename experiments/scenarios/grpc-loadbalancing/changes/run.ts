// A change as a run: a way with backends of its own, calls at a fixed rate, and the change.

import { beginMeasuredLoad } from '../../../../harness/measure-load.ts'
import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { takeLoader } from '../measure-way.ts'
import { takeSwitchboard, UPSTREAM } from '../switchboard.ts'
import type { OpenWay, Way } from '../ways/way.ts'
import { WORKLOADS } from '../workloads.ts'
import type { Change } from './change.ts'
import { takeChangingBackends } from './changing-backends.ts'
import { FAILED } from './figures.ts'
import { changeId } from './measured-changes.ts'
import { Stage } from './stage.ts'

const BACKENDS = 3
const CONNECTIONS = 4
/** Calls of a phase of a change. */
const CALLS: Readonly<Record<ProfileName, number>> = { quick: 150, standard: 600, full: 3000 }
/** Of the window: before a change, after it, and what it takes. */
const PHASES = 3
/** To start backends and a loader. */
const SECONDS_AROUND = 4
/** Only what happens to backends may end a call: a machine that stands still for seconds must not. */
const DEADLINE_MS = 120_000
/** grpc-js asks DNS again after 30 s at the earliest, and only when a connection has ended. */
const DNS_AGAIN_MS = 500
const ASKS_AGAIN = { 'grpc.dns_min_time_between_resolutions_ms': DNS_AGAIN_MS }

export function changeRun(change: Change, way: Way, profile: Profile): Run {
  const { shape, callsPerSecond } = WORKLOADS.unary
  const calls = CALLS[profile.name]
  const again = isDns(way) ? `; DNS asked again after ${DNS_AGAIN_MS} ms` : ''
  return {
    id: changeId(change.id, way.id),
    labels: {
      way: way.title,
      change: change.title,
      calls: `${WORKLOADS.unary.title}, ${callsPerSecond} a second${again}`,
      connections: String(CONNECTIONS),
    },
    ...(way.needs && { needs: way.needs }),
    ...(way.emulates && { emulates: way.emulates }),
    ...(profile.name !== 'full' && { rounds: 1 }),
    seconds: profile.warmUpSeconds + (PHASES * calls) / callsPerSecond + SECONDS_AROUND,
    measure: (context) => measureChange(context, change, way, { shape, callsPerSecond, calls }),
  }
}

interface Load {
  readonly shape: (typeof WORKLOADS)['unary']['shape']
  readonly callsPerSecond: number
  readonly calls: number
}

async function measureChange(
  context: RunContext,
  change: Change,
  way: Way,
  { shape, callsPerSecond, calls }: Load,
): Promise<Measured> {
  const { backends: count = BACKENDS, spare = 0, maxConnectionAgeMs } = change
  const backends = await takeChangingBackends(context, { count: count + spare, maxConnectionAgeMs })
  const ids = Array.from({ length: count + spare }, (_, index) => `b${index + 1}`)
  const open = await way.open(context, { backends: ids.slice(0, count).map((id) => backends.get(id)) })
  const restore = await setUpstream(context, change)
  try {
    const { env: _, keyHeader: __, ...settings } = open.client ?? {}
    const load = await beginMeasuredLoad(context, {
      loader: await takeLoader(context, open),
      plan: {
        targets: open.targets,
        connections: CONNECTIONS,
        loop: { kind: 'open', callsPerSecond },
        calls: shape,
        deadlineMs: DEADLINE_MS,
        ...settings,
        ...(isDns(way) && { channelOptions: { ...settings.channelOptions, ...ASKS_AGAIN } }),
      },
      processes: open.processes,
      backends: ids,
    })
    const stage = new Stage({ context, way, open, backends, load, calls })
    await change.play(stage)
    const measured = await load.end()
    return { ...measured, figures: figuresOf(change, measured, stage.figures) }
  } finally {
    await restore()
    await open.close?.()
  }
}

/** Turns switches of the upstream on. @returns what turns them off again */
async function setUpstream(context: RunContext, { upstream }: Change): Promise<() => Promise<void>> {
  if (upstream === undefined) return async () => {}
  const switchboard = await takeSwitchboard(context)
  await switchboard.patch({ upstreams: { [UPSTREAM]: upstream } })
  const off = Object.fromEntries(Object.keys(upstream).map((field) => [field, null]))
  return () => switchboard.patch({ upstreams: { [UPSTREAM]: off } })
}

/** A figure without a value is left out: what it would time has not happened. */
function figuresOf(change: Change, measured: Measured, phases: Readonly<Record<string, number>>) {
  const timed = Object.entries(change.figures?.(measured) ?? {})
  return {
    ...measured.figures,
    ...phases,
    [FAILED]: failedOf(measured),
    ...Object.fromEntries(timed.filter((entry): entry is [string, number] => entry[1] !== undefined)),
  }
}

/** The options of its channels are ours, and not those of the way. */
function isDns({ id }: Pick<OpenWay & Way, 'id'>): boolean {
  return id.startsWith('dns-')
}
