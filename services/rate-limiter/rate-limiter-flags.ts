// Reads a rate limiter's flags.

import type { Problem } from '../../core/errors.ts'
import type { ListenAddress, TcpAddress } from '../draining-listener.ts'
import { invalidFlags, parseFlags } from '../flags.ts'
import { readListen, readTcp } from '../listen-flag.ts'

const FLAGS = {
  listen: { type: 'string', default: '127.0.0.1:0' },
  rules: { type: 'string', multiple: true },
  store: { type: 'string', default: 'memory' },
  metrics: { type: 'string' },
} as const

export interface RateLimiterFlags {
  readonly listen: ListenAddress
  /** Files of rules. */
  readonly rules: readonly string[]
  /** The URL of a server that keeps the counts. Default: this process. */
  readonly store?: string
  readonly metrics?: TcpAddress
}

/** Throws `invalid-argument` with all problems. */
export function parseRateLimiterFlags(args: readonly string[]): RateLimiterFlags {
  const { listen, rules = [], store, metrics } = parseFlags(args, FLAGS)
  const problems: Problem[] = []
  const address = readListen(listen, problems)
  const metricsAddress = metrics === undefined ? undefined : readTcp(metrics, problems, '--metrics')
  if (rules.length === 0) {
    problems.push({ path: '--rules', message: 'is missing; give a file of rules such as rules.yaml' })
  }
  if (store !== 'memory' && !/^rediss?:\/\/[^/\s]+/.test(store)) {
    const message = `"${store}" is not a store; give memory, or a URL such as redis://127.0.0.1:6379`
    problems.push({ path: '--store', message })
  }
  if (problems.length > 0) throw invalidFlags(problems)
  return {
    listen: address,
    rules,
    ...(store !== 'memory' && { store }),
    ...(metricsAddress && { metrics: metricsAddress }),
  }
}
