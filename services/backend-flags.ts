// Reads a backend's flags.
import { parseArgs } from 'node:util'
import type { Problem } from '../core/errors.ts'
import type { BackendOptions } from './backend-server.ts'
import { invalidFlags } from './flags.ts'
import { readListen, readTcp } from './listen-flag.ts'

const FLAGS = {
  id: { type: 'string' },
  listen: { type: 'string' },
  'latency-ms': { type: 'string' },
  'fail-percent': { type: 'string' },
  changeable: { type: 'boolean' },
  'max-connection-age-ms': { type: 'string' },
  'max-connection-age-grace-ms': { type: 'string' },
  utilization: { type: 'string' },
  capacity: { type: 'string' },
  metric: { type: 'string', multiple: true },
  'values-in': { type: 'string' },
  'write-quota': { type: 'string' },
  'write-window-ms': { type: 'string' },
  'debug-details': { type: 'boolean' },
  log: { type: 'string' },
  'log-payload-percent': { type: 'string' },
  'log-fields': { type: 'string', multiple: true },
  metrics: { type: 'string' },
  'tls-certificate': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-client-ca': { type: 'string' },
  'tls-allow-plaintext': { type: 'boolean' },
  stay: { type: 'boolean' },
} as const
const KNOWN_FLAGS = `the flags are --${Object.keys(FLAGS).join(', --')}`

const LATENCY = { what: 'a latency', unit: 'milliseconds', most: 60_000 }
/** Up to a day. */
const AGE = { what: 'an age', unit: 'milliseconds', least: 1, most: 86_400_000 }
const WINDOW = { what: 'a window', unit: 'milliseconds', least: 1, most: 3_600_000 }
const QUOTA = { what: 'a quota', unit: 'writes', least: 1, most: 1_000_000_000 }
/** Flags that may be given more than once. */
const REPEATED = ['metric', 'log-fields']
const SHARE = { what: 'a share of calls', unit: 'percents', most: 100 }

export interface BackendFlags extends BackendOptions {
  /** Whether the process keeps running when its stdin closes. */
  readonly stay: boolean
}

/**
 * Reads `--id`, `--listen` (default 127.0.0.1:0), `--latency-ms` and `--fail-percent` (default 0), `--changeable`,
 * `--max-connection-age-ms` and `--max-connection-age-grace-ms` (default: no limit), `--utilization`, `--capacity` (calls at a
 * time that use it fully) and `--metric NAME=VALUE` (default: no report of its load), `--values-in` (default: memory), `--write-quota` in each `--write-window-ms` (default: no limit
 * of writes, and 1000), `--debug-details`, `--log FILE` (`-`: stderr; default: no log) with `--log-payload-percent` (default 0) and
 * `--log-fields TYPE=PATH,PATH` (default: all), `--stay`, `--metrics` (default: none is counted), and for TLS `--tls-certificate`, `--tls-key`,
 * `--tls-client-ca` and `--tls-allow-plaintext`. Throws `invalid-argument` with all problems.
 */
export function parseBackendFlags(args: readonly string[]): BackendFlags {
  const problems: Problem[] = []
  const given = readFlags(args, problems)
  const id = given.get('id') ?? ''
  if (id === '')
    problems.push({ path: '--id', message: 'is missing; give the id that answers carry, such as b1' })
  const listen = readListen(given.get('listen') ?? '127.0.0.1:0', problems)
  const latencyMs = readWhole('--latency-ms', given.get('latency-ms') ?? '0', LATENCY, problems)
  const failPercent = readWhole('--fail-percent', given.get('fail-percent') ?? '0', SHARE, problems)
  const connectionAge = readConnectionAge(given, problems)
  const load = readLoad(given, problems)
  const tls = readTls(given, problems)
  const metrics = readMetricsAddress(given, problems)
  const keyValue = readKeyValue(given, problems)
  const log = readLog(given, problems)
  if (problems.length > 0) throw invalidFlags(problems)
  const stay = given.has('stay')
  return {
    id,
    listen,
    latencyMs,
    failPercent,
    stay,
    ...(given.has('changeable') && { changeable: true }),
    ...(connectionAge && { connectionAge }),
    ...(load && { load }),
    ...(keyValue && { keyValue }),
    ...(given.has('debug-details') && { debugDetails: true }),
    ...(log && { log }),
    ...(metrics && { metrics }),
    ...(tls && { tls }),
  }
}

function readLog(given: ReadonlyMap<string, string>, problems: Problem[]): BackendOptions['log'] {
  const [to, percent, fields] = ['log', 'log-payload-percent', 'log-fields'].map((name) => given.get(name))
  if (to === '') problems.push({ path: '--log', message: 'is empty; give a file, or - for stderr' })
  if (to === undefined && (percent !== undefined || fields !== undefined))
    problems.push({ path: '--log', message: 'is missing; the other flags say what is in the log' })
  if (to === undefined) return undefined
  return {
    to,
    ...(percent !== undefined && {
      payloadPercent: readWhole('--log-payload-percent', percent, SHARE, problems),
    }),
    ...(fields !== undefined && { fields: readFields(fields.split('\n'), problems) }),
  }
}

function readFields(masks: readonly string[], problems: Problem[]): Record<string, readonly string[]> {
  const entries = masks.map((mask) => [mask, ...mask.split('=')] as const)
  for (const [mask, type, paths, ...rest] of entries) {
    if (!type || !paths || rest.length > 0) {
      const message = `"${mask}" is not a field mask; give TYPE=PATH,PATH, such as switchyard.kv.v1.PutRequest=key`
      problems.push({ path: '--log-fields', message })
    }
  }
  return Object.fromEntries(entries.map(([, type = '', paths = '']) => [type, paths.split(',')]))
}

function readKeyValue(given: ReadonlyMap<string, string>, problems: Problem[]): BackendOptions['keyValue'] {
  const [valuesIn, writes, window] = ['values-in', 'write-quota', 'write-window-ms'].map((name) =>
    given.get(name),
  )
  if (valuesIn === '') problems.push({ path: '--values-in', message: 'is empty; give a folder' })
  if (writes === undefined && window !== undefined) {
    const message = 'is missing; --write-window-ms is the time in which it holds'
    problems.push({ path: '--write-quota', message })
  }
  if (valuesIn === undefined && writes === undefined) return undefined
  return {
    ...(valuesIn !== undefined && { valuesIn }),
    ...(writes !== undefined && {
      quota: {
        writes: readWhole('--write-quota', writes, QUOTA, problems),
        windowMs: readWhole('--write-window-ms', window ?? '1000', WINDOW, problems),
      },
    }),
  }
}

function readMetricsAddress(
  given: ReadonlyMap<string, string>,
  problems: Problem[],
): BackendOptions['metrics'] {
  const text = given.get('metrics')
  return text === undefined ? undefined : readTcp(text, problems, '--metrics')
}

function readTls(given: ReadonlyMap<string, string>, problems: Problem[]): BackendOptions['tls'] {
  const certificate = given.get('tls-certificate')
  const key = given.get('tls-key')
  const clientCa = given.get('tls-client-ca')
  if (![...given.keys()].some((name) => name.startsWith('tls-'))) return undefined
  if (!certificate)
    problems.push({ path: '--tls-certificate', message: 'is missing; TLS needs a file in PEM' })
  if (!key) problems.push({ path: '--tls-key', message: 'is missing; TLS needs a file in PEM' })
  if (!certificate || !key) return undefined
  return {
    certificate,
    key,
    allowPlaintext: given.has('tls-allow-plaintext'),
    ...(clientCa === undefined ? {} : { clientCa }),
  }
}

function readFlags(args: readonly string[], problems: Problem[]): ReadonlyMap<string, string> {
  const { tokens } = parseArgs({ args: [...args], options: FLAGS, strict: false, tokens: true })
  const given = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'positional')
      problems.push({ path: token.value, message: `is not a flag; ${KNOWN_FLAGS}` })
    if (token.kind !== 'option') continue
    if (!(token.name in FLAGS))
      problems.push({ path: token.rawName, message: `is not a flag; ${KNOWN_FLAGS}` })
    else if (REPEATED.includes(token.name))
      given.set(token.name, [given.get(token.name) ?? [], token.value ?? ''].flat().join('\n'))
    else given.set(token.name, token.value ?? '')
  }
  return given
}

function readConnectionAge(
  given: ReadonlyMap<string, string>,
  problems: Problem[],
): BackendOptions['connectionAge'] {
  const [age, grace] = [given.get('max-connection-age-ms'), given.get('max-connection-age-grace-ms')]
  if (age === undefined) {
    if (grace !== undefined) {
      const message = 'is missing; --max-connection-age-grace-ms begins when a connection has that age'
      problems.push({ path: '--max-connection-age-ms', message })
    }
    return undefined
  }
  return {
    maxMs: readWhole('--max-connection-age-ms', age, AGE, problems),
    ...(grace !== undefined && { graceMs: readWhole('--max-connection-age-grace-ms', grace, AGE, problems) }),
  }
}

/** @param what in the error, such as `an age` @param unit such as `milliseconds` */
function readWhole(
  path: string,
  text: string,
  { what, unit, least = 0, most }: { what: string; unit: string; least?: number; most: number },
  problems: Problem[],
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) {
    const message = `"${text}" is not ${what}; give whole ${unit} from ${least} to ${most}`
    problems.push({ path, message })
  }
  return value
}

function readLoad(given: ReadonlyMap<string, string>, problems: Problem[]): BackendOptions['load'] {
  const metrics = given.get('metric')?.split('\n') ?? []
  const utilization = given.get('utilization')
  const capacity = given.get('capacity')
  if (utilization === undefined && capacity === undefined) {
    if (metrics.length > 0)
      problems.push({ path: '--utilization', message: 'is missing; --metric is a part of the same report' })
    return undefined
  }
  if (utilization !== undefined && !isNumber(utilization)) {
    const message = `"${utilization}" is not a utilization; give a number from 0, such as 0.8; 1 is fully used`
    problems.push({ path: '--utilization', message })
  }
  const calls =
    capacity === undefined
      ? undefined
      : readWhole(
          '--capacity',
          capacity,
          { what: 'a number of calls', unit: 'calls', least: 1, most: 1_000_000 },
          problems,
        )
  return {
    utilization: Number(utilization ?? 0),
    ...(calls !== undefined && { capacity: calls }),
    namedMetrics: readMetrics(metrics, problems),
  }
}

function readMetrics(metrics: readonly string[], problems: Problem[]): Record<string, number> {
  const entries = metrics.map((metric) => [metric, ...metric.split('=')] as const)
  for (const [metric, name, value, ...rest] of entries) {
    if (name === '' || value === undefined || rest.length > 0 || !isNumber(value)) {
      problems.push({
        path: '--metric',
        message: `"${metric}" is not a metric; give NAME=NUMBER, such as queue=0.3`,
      })
    }
  }
  return Object.fromEntries(entries.map(([, name = '', value]) => [name, Number(value)]))
}

function isNumber(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text)
}
