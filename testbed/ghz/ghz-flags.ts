// The flags by which ghz does what a plan says.

import { type Problem, SwitchyardError } from '../../core/errors.ts'
import type { LoadPlan } from '../loader/load-plan.ts'
import { prepareCalls } from '../loader/prepared-call.ts'
import { sourceFile } from '../part.ts'

/** Like ours: calls at a time of an open loop, where each of ghz's workers has one. */
const WORKERS = 200

/** Its gRPC resolves no names of `dns:` or `xds:` as ours does. */
const TARGET = /^([^/]+:\d+|unix:\/.+)$/

export interface GhzFiles {
  /** The request as JSON. */
  readonly request: string
  /** Where the result goes. */
  readonly output: string
}

/** @throws SwitchyardError `invalid-argument` for what ghz does not do */
export function ghzFlags(plan: LoadPlan & { readonly seconds: number }, files: GhzFiles): readonly string[] {
  const problems = ghzProblems(plan)
  if (problems.length > 0) {
    throw new SwitchyardError('invalid-argument', 'ghz cannot run this load:', { problems })
  }
  const { loop, connections, tls, metadata, target = '' } = plan
  const { path, deadlineMs } = firstCall(plan)
  return [
    ...['--proto', sourceFile('proto/switchyard/echo/v1/echo.proto')],
    ...['--call', path.slice(1)],
    // With `--binary-file`, ghz 0.93 sends some of its requests damaged, and panics on an empty one.
    ...['--data-file', files.request],
    ...['--connections', String(connections), '--timeout', `${deadlineMs}ms`],
    ...['--duration', `${plan.warmUpSeconds + plan.seconds}s`, '--duration-stop', 'wait'],
    ...(loop.kind === 'open'
      ? ['--rps', String(loop.callsPerSecond), '--concurrency', String(Math.max(WORKERS, connections))]
      : ['--concurrency', String(loop.concurrency)]),
    ...(tls === undefined
      ? ['--insecure']
      : [
          ...['--cacert', tls.ca],
          ...(tls.certificate === undefined ? [] : ['--cert', tls.certificate]),
          ...(tls.key === undefined ? [] : ['--key', tls.key]),
          ...(tls.serverName === undefined ? [] : ['--cname', tls.serverName]),
        ]),
    ...(metadata === undefined ? [] : ['--metadata', JSON.stringify(metadata)]),
    ...['--format', 'json', '--output', files.output, target],
  ]
}

/** The only shape of calls. */
export function firstCall(plan: Pick<LoadPlan, 'calls' | 'deadlineMs'>) {
  const [first] = prepareCalls(plan)
  if (first === undefined) throw new Error('a load has at least one shape of calls')
  return first.call
}

/** ghz dials one target by an old gRPC, and sends one message, or the same one several times without waiting for answers. */
function ghzProblems(plan: LoadPlan): readonly Problem[] {
  const { calls, loop, connections } = plan
  const kinds = ['unary', 'server-stream']
  const checks: readonly (readonly [path: string, isValid: boolean, message: string])[] = [
    ['target', TARGET.test(plan.target ?? ''), 'give one target as HOST:PORT or unix:/PATH'],
    ['targets', plan.targets === undefined, 'ghz calls one target: give it as target'],
    ['calls.kind', kinds.includes(calls.kind), `ghz takes one of: ${kinds.join(', ')}`],
    ['serviceConfig', plan.serviceConfig === undefined, 'ghz has none'],
    ['xdsCredentials', !plan.xdsCredentials, 'ghz has none'],
    [
      'loop.callsPerSecond',
      loop.kind === 'closed' || Number.isInteger(loop.callsPerSecond),
      'ghz takes whole numbers',
    ],
    [
      'loop.concurrency',
      loop.kind === 'open' || loop.concurrency >= connections,
      'ghz takes no fewer workers than connections',
    ],
  ]
  return checks.flatMap(([path, isValid, message]) => (isValid ? [] : [{ path, message }]))
}
