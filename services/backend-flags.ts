// Reads a backend's flags.
import { parseArgs } from 'node:util'
import type { Problem } from '../control-plane/errors.ts'
import { SwitchyardError } from '../control-plane/errors.ts'
import type { BackendOptions } from './backend-server.ts'
import type { ListenAddress } from './draining-listener.ts'

const FLAGS = {
  id: { type: 'string' },
  listen: { type: 'string' },
  'latency-ms': { type: 'string' },
} as const
const KNOWN_FLAGS = `known are --${Object.keys(FLAGS).join(', --')}`

const MAX_LATENCY_MS = 60_000
const MAX_PORT = 65_535
/** Linux keeps 108 bytes for a socket's path, with a zero at its end: https://man7.org/linux/man-pages/man7/unix.7.html */
const MAX_PATH_BYTES = 107

/** Reads `--id`, `--listen` (default 127.0.0.1:0) and `--latency-ms` (default 0). Throws `invalid-argument` with all problems. */
export function parseBackendFlags(args: readonly string[]): BackendOptions {
  const problems: Problem[] = []
  const given = readFlags(args, problems)
  const id = given.get('id') ?? ''
  if (id === '')
    problems.push({ path: '--id', message: 'is missing; give the id that answers carry, such as b1' })
  const listen = readListen(given.get('listen') ?? '127.0.0.1:0', problems)
  const latencyMs = readLatency(given.get('latency-ms') ?? '0', problems)
  if (problems.length > 0)
    throw new SwitchyardError('invalid-argument', 'these flags are wrong:', { problems })
  return { id, listen, latencyMs }
}

function readFlags(args: readonly string[], problems: Problem[]): ReadonlyMap<string, string> {
  const { tokens } = parseArgs({ args: [...args], options: FLAGS, strict: false, tokens: true })
  const given = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'positional')
      problems.push({ path: token.value, message: `is no flag; ${KNOWN_FLAGS}` })
    if (token.kind !== 'option') continue
    if (!(token.name in FLAGS)) problems.push({ path: token.rawName, message: `is no flag; ${KNOWN_FLAGS}` })
    else given.set(token.name, token.value ?? '')
  }
  return given
}

function readListen(text: string, problems: Problem[]): ListenAddress {
  const path = text.startsWith('unix:') ? text.slice('unix:'.length) : undefined
  if (path !== undefined) {
    const bytes = Buffer.byteLength(path)
    if (bytes === 0 || bytes > MAX_PATH_BYTES) {
      const message = `the path of a Unix socket has 1 to ${MAX_PATH_BYTES} bytes, not ${bytes}`
      problems.push({ path: '--listen', message })
    }
    return { path }
  }
  const [, ipv6, name, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = ipv6 ?? name
  if (host === undefined || Number(port) > MAX_PORT) {
    const message = `"${text}" is no address; give host:port, such as 127.0.0.1:0, or unix:/path`
    problems.push({ path: '--listen', message })
  }
  return { host: host ?? '', port: Number(port) }
}

function readLatency(text: string, problems: Problem[]): number {
  const milliseconds = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(milliseconds <= MAX_LATENCY_MS)) {
    const message = `"${text}" is no latency; give whole milliseconds from 0 to ${MAX_LATENCY_MS}`
    problems.push({ path: '--latency-ms', message })
  }
  return milliseconds
}
