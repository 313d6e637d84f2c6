// An Envoy with gRPC-Web and CORS turned on over REST, in front of whatever the document names: the testbed of all chapters.

import { SwitchyardError } from '../../../core/errors.ts'
import type { RunContext, SharedContext } from '../../../harness/scenario.ts'
import { startTestbed, type Testbed, type TestbedNode } from '../../../testbed/testbed.ts'
import { PAGE } from './witness.ts'

/** Seconds after which Envoy closes connections of a replaced listener. */
const DRAIN_SECONDS = 2

export interface WebEdge {
  readonly testbed: Testbed
  readonly node: TestbedNode
}

/** Started once for the scenario. Its upstream `echo` is a backend of the testbed. */
export function webEdge({ shared }: Pick<RunContext, 'shared'>): Promise<WebEdge> {
  return shared('web edge', startWebEdge)
}

async function startWebEdge({ group, folder }: SharedContext): Promise<WebEdge> {
  const fleets = new Map([['edge', 1]])
  const testbed = await startTestbed(group, { folder, fleets, backends: 1, drainSeconds: DRAIN_SECONDS })
  const [node] = testbed.fleets.get('edge') ?? []
  if (node === undefined) throw new SwitchyardError('internal', 'the testbed has no Envoy')
  await testbed.rest.patchConfig({
    fleets: {
      edge: {
        lb: { mode: 'l7' },
        filters: {
          grpcWeb: { enabled: true },
          cors: { enabled: true, origins: [PAGE], headers: ['authorization', 'x-trace', 'x-trace-bin'] },
        },
      },
    },
  })
  return { testbed, node }
}

/** Sends all calls of the fleet to this address. @returns what sends them to the backend of the testbed again */
export async function sendTo({ testbed }: WebEdge, address: string): Promise<() => Promise<void>> {
  const [backend] = testbed.backends
  const send = async (to: string) =>
    void (await testbed.rest.patchConfig({ upstreams: { echo: { endpoints: { b1: { address: to } } } } }))
  await send(address)
  return () => send(backend?.address ?? '')
}
