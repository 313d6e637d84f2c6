// Calls until the wanted backends answer: what changes on Envoy's workers comes a moment after its ACK.

import { callEcho } from './call-echo.ts'
import { type connectEcho, tallyOf } from './edge.ts'

/** Resolves when the wanted backends have answered, and no other one has; the test's timeout bounds it. */
export async function untilAnsweredBy(
  client: ReturnType<typeof connectEcho>,
  wanted: readonly string[],
): Promise<void> {
  for (;;) {
    const answers = tallyOf(await callEcho(client, { count: 20 }))
    if (Object.keys(answers).toSorted().join() === wanted.toSorted().join()) return
  }
}
