// Waits until Envoys use what they have ACKed.

import { setTimeout } from 'node:timers/promises'
import type { TestbedNode } from './fleets.ts'
import type { Testbed } from './testbed.ts'

const POLL_MS = 5

/** An Envoy ACKs a cluster that it warms up meanwhile, and a listener before its workers have it. */
export async function untilActive({ fleets }: Pick<Testbed, 'fleets'>): Promise<void> {
  const nodes: readonly TestbedNode[] = [...fleets.values()].flat()
  for (;;) {
    const resources = await Promise.all(
      nodes.flatMap(({ envoy: { admin } }) => [admin.dynamicClusters(), admin.dynamicListeners()]),
    )
    if (resources.flat().every(({ state }) => state !== 'warming')) return
    await setTimeout(POLL_MS)
  }
}
