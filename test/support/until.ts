// Waits for what sends no event, such as a state that an admin interface shows.

import { setTimeout as wait } from 'node:timers/promises'

/** A loop without a pause would take the processor from whoever it waits for. */
const PAUSE_MS = 20

/** Resolves when the condition holds; the test's timeout bounds it. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await wait(PAUSE_MS)
}
