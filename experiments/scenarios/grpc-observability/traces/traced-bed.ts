// The testbed of the traces: a client, an Envoy and two services in a chain, and a backend. All report to one collector.

import { HopService } from '@envoy/xds-protos/switchyard/hop/v1/hop_pb.js'
import { SwitchyardError } from '../../../../core/errors.ts'
import type { RunContext, SharedContext } from '../../../../harness/scenario.ts'
import { type RunningBackend, startBackend } from '../../../../testbed/backend.ts'
import { type RunningHop, startHop } from '../../../../testbed/hop.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../../../../testbed/otlp/receiver.ts'
import type { ReceivedSpan } from '../../../../testbed/otlp/spans.ts'
import { tracesIn } from '../../../../testbed/otlp/trace-tree.ts'
import { startTestbed, type Testbed } from '../../../../testbed/testbed.ts'
import { untilActive } from '../../../../testbed/until-active.ts'
import { startTracedClient, type TracedClient } from './client-protocol.ts'

export const EDGE = 'edge'
export const CLIENT = 'client'
/** Keeps a quarter of the traces that begin there. */
export const SAMPLING_CLIENT = 'sampling-client'
export const KEPT_RATIO = 0.25

export interface TracedBed {
  readonly receiver: OtlpReceiver
  readonly clients: Readonly<Record<typeof CLIENT | typeof SAMPLING_CLIENT, TracedClient>>
  /** Where Envoy sends its spans, `HOST:PORT`. Default: the receiver. */
  readonly reportTo: (collector: string) => Promise<void>
  /** The chain of services: `a` calls `b`. `untraced` does so too, and knows nothing of traces. */
  readonly callThrough: (first: 'a' | 'untraced', rule?: object) => Promise<void>
}

/** Started by the first run that asks, and ended with the scenario. */
export function tracedBed({ shared }: Pick<RunContext, 'shared'>): Promise<TracedBed> {
  return shared('traced bed', startTracedBed)
}

async function startTracedBed({ group, folder }: SharedContext): Promise<TracedBed> {
  const receiver = await startOtlpReceiver()
  group.ending.addEventListener('abort', () => void receiver.close())
  const collector = receiver.address
  const traced = (service: string) => ({ service, collector })
  const testbed = await startTestbed(group, { folder, fleets: new Map([[EDGE, 1]]), backends: 1 })
  const target = testbed.fleets.get(EDGE)?.[0]?.target
  if (target === undefined) throw new SwitchyardError('internal', 'the testbed has no Envoy')
  const [a, untraced, b, backend, client, sampling] = await Promise.all([
    startHop(group, folder, 'a', traced('a')),
    startHop(group, folder, 'untraced'),
    startHop(group, folder, 'b', traced('b')),
    startBackend(group, folder, { id: 'echo', listen: '127.0.0.1:0', traced: traced('echo') }),
    startTracedClient(group, folder, target, traced(CLIENT)),
    startTracedClient(group, folder, target, { ...traced(SAMPLING_CLIENT), ratio: KEPT_RATIO }),
  ])
  const unit = { cpuMs: 0, waitMs: 1 }
  await Promise.all([
    b.behave({ unit }),
    ...[a, untraced].map((hop) => hop.behave({ unit, next: { address: b.address } })),
  ])
  await configure(testbed, { a, untraced, backend, collector })
  return {
    receiver,
    clients: { [CLIENT]: client, [SAMPLING_CLIENT]: sampling },
    async reportTo(address) {
      await testbed.rest.patchConfig({ upstreams: { collector: { endpoints: { e1: { address } } } } })
      await untilActive(testbed)
    },
    async callThrough(first, rule = { retry: null }) {
      await testbed.rest.patchConfig({
        routes: { public: { rules: { hop: { to: { a: null, untraced: null, [first]: 1 } }, echo: rule } } },
      })
      await untilActive(testbed)
    },
  }
}

interface Parts {
  readonly a: RunningHop
  readonly untraced: RunningHop
  readonly backend: RunningBackend
  readonly collector: string
}

async function configure(testbed: Testbed, { a, untraced, backend, collector }: Parts): Promise<void> {
  const upstream = (address: string) => ({ endpoints: { e1: { address } } })
  await testbed.rest.patchConfig({
    upstreams: {
      a: upstream(a.address),
      untraced: upstream(untraced.address),
      traced: upstream(backend.address),
      collector: upstream(collector),
    },
    routes: {
      public: {
        rules: {
          hop: { match: { service: HopService.typeName }, to: { a: 1 } },
          echo: { to: { echo: null, traced: 1 } },
        },
      },
    },
    fleets: {
      [EDGE]: { lb: { mode: 'l7' }, tracing: { enabled: true, upstream: 'collector', service: EDGE } },
    },
  })
}

/** The traces of the calls that were made since the last `clear`, once there are as many with as many spans each. */
export async function untilTraces(
  { receiver }: TracedBed,
  traces: number,
  spansEach: number,
): Promise<readonly (readonly ReceivedSpan[])[]> {
  const whole = (spans: readonly ReceivedSpan[]) =>
    [...tracesIn(spans).values()].filter(({ length }) => length >= spansEach)
  return whole(await receiver.until((spans) => whole(spans).length >= traces))
}
