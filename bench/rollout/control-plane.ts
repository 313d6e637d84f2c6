// The control plane under test, and the timed PATCH of its document.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { startControlPlane } from '../../testbed/control-plane.ts'
import { cpuMsOf } from '../../testbed/measure/usage.ts'
import { readToken } from '../../testbed/token-file.ts'
import type { RequestTimer } from '../propagation/request-timer.ts'
import { documentOf, patchWith } from './documents.ts'

/** One write: milliseconds from the request to the answer, and the CPU time of the server meanwhile. */
export interface Write {
  readonly ms: number
  readonly cpuMs: number
}

export interface ControlPlaneUnderTest {
  readonly xds: string
  /** Changes one upstream; different weights are different changes. */
  readonly patch: (weight: number) => Promise<Write>
}

export interface Load {
  readonly upstreams: number
  readonly fleets: number
  /** Of the PATCH, such as `?wait=1m`. */
  readonly query: string
  /** The status of its answer. */
  readonly expected: number
}

/** It keeps its state on disk, below `folder`. */
export async function startUnderTest(
  group: ProcessGroup,
  folder: string,
  timer: RequestTimer,
  { upstreams, fleets, query, expected }: Load,
): Promise<ControlPlaneUnderTest> {
  const configFile = join(folder, 'config.yaml')
  // As YAML, a large document would take long to parse: REST gets it as JSON.
  await writeFile(configFile, JSON.stringify(documentOf(1, fleets)))
  const anywhere = '127.0.0.1:0'
  const options = { configFile, admin: anywhere, xds: anywhere, state: join(folder, 'state') }
  const { adminUrl, tokensFile, xdsAddress, pid } = await startControlPlane(group, folder, options)
  const authorization = `Bearer ${await readToken(tokensFile, 'operator')}`
  const url = `${adminUrl}/v1/config`
  const headers = { authorization, 'if-match': '*' }
  await timer.time({
    url,
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(documentOf(upstreams, fleets)),
    expected: 202,
  })
  const patch = async (weight: number) => {
    const before = cpuMsOf(pid ?? Number.NaN)
    const ms = await timer.time({
      url: url + query,
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify(patchWith(weight)),
      expected,
    })
    return { ms, cpuMs: cpuMsOf(pid ?? Number.NaN) - before }
  }
  return { xds: xdsAddress, patch }
}
