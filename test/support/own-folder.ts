// A folder of a test beside `t.testdir()`.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A folder that starting an Envoy does not empty, as it does with that of the test. */
export async function ownFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yard-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}
