// Runs ghz with the plan of a load.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromBinary, toJsonString } from '@bufbuild/protobuf'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { LONGEST_TIMER_MS } from '../../core/timer.ts'
import type { ProcessStarter } from '../../processes/process-group.ts'
import type { LoadPlan } from '../loader/load-plan.ts'
import { findGhz } from './find-ghz.ts'
import { firstCall, ghzFlags } from './ghz-flags.ts'
import { type GhzOutput, type GhzResult, readGhz } from './read-ghz.ts'

export interface GhzOptions {
  /** For its request and its result. */
  readonly folder: string
  /** Told its pid when it runs. */
  readonly onStarted?: (pid: number) => void
}

/**
 * Builds ghz the first time, which takes a minute or two.
 * @throws SwitchyardError `invalid-argument` for a plan that ghz cannot run, or `process-failed` with its output
 */
export async function runGhz(
  group: ProcessStarter,
  plan: LoadPlan & { readonly seconds: number },
  { folder, onStarted }: GhzOptions,
): Promise<GhzResult> {
  const files = { request: join(folder, 'ghz-request.json'), output: join(folder, 'ghz.json') }
  const args = ghzFlags(plan, files)
  const command = findGhz()
  const request = fromBinary(EchoRequestSchema, firstCall(plan).request)
  await writeFile(files.request, toJsonString(EchoRequestSchema, request))
  const started = group.start({
    ...{ name: 'ghz', command, args, dieWithParent: true },
    // It has no line that says it is ready, so this is never waited for.
    ready: () => undefined,
    timeoutMs: LONGEST_TIMER_MS,
  })
  if (started.pid !== undefined) onStarted?.(started.pid)
  const { code } = await started.exited
  if (code !== 0) {
    throw new SwitchyardError('process-failed', ['ghz failed:', ...started.lastErrors].join('\n  '))
  }
  const output: GhzOutput = JSON.parse(await readFile(files.output, 'utf8'))
  return readGhz(output, plan)
}
