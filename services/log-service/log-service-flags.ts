// Reads a log service's flags.

import type { Problem } from '../../core/errors.ts'
import type { ListenAddress, TcpAddress } from '../draining-listener.ts'
import { invalidFlags, parseFlags } from '../flags.ts'
import { readListen, readTcp } from '../listen-flag.ts'

const FLAGS = {
  listen: { type: 'string', default: '127.0.0.1:0' },
  out: { type: 'string', default: '-' },
  metrics: { type: 'string' },
} as const

export interface LogServiceFlags {
  readonly listen: ListenAddress
  /** A file that lines are appended to; `-` is stdout. */
  readonly out: string
  readonly metrics?: TcpAddress
}

/** Throws `invalid-argument` with all problems. */
export function parseLogServiceFlags(args: readonly string[]): LogServiceFlags {
  const { listen, out, metrics } = parseFlags(args, FLAGS)
  const problems: Problem[] = []
  const address = readListen(listen, problems)
  const metricsAddress = metrics === undefined ? undefined : readTcp(metrics, problems, '--metrics')
  if (out === '') problems.push({ path: '--out', message: 'is empty; give a file, or - for standard output' })
  if (problems.length > 0) throw invalidFlags(problems)
  return { listen: address, out, ...(metricsAddress && { metrics: metricsAddress }) }
}
