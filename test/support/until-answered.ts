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

/**
 * Makes calls until they do what the admin interface of Envoy already says: its main thread learns of an endpoint's health before the
 * workers do. The test's timeout bounds it.
 */
export async function untilCalls<T>(call: () => Promise<T>, isOver: (answers: T) => boolean): Promise<void> {
  while (!isOver(await call()));
}
