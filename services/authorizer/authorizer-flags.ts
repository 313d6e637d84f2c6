// Reads an authorizer's flags.

import type { Problem } from '../../core/errors.ts'
import type { CertificatePaths } from '../certificate-files.ts'
import type { ListenAddress } from '../draining-listener.ts'
import { invalidFlags, parseFlags } from '../flags.ts'
import { readListen } from '../listen-flag.ts'
import type { MaskRules } from './decision-masks.ts'
import type { ThreadOptions } from './evaluation/policy-threads.ts'
import type { PolicyLocation } from './policy-location.ts'

const FLAGS = {
  listen: { type: 'string' },
  'tls-certificate': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-client-ca': { type: 'string' },
  'allow-plaintext': { type: 'boolean' },
  policy: { type: 'string' },
  bundle: { type: 'string' },
  'verification-key': { type: 'string' },
  state: { type: 'string' },
  'minimum-revision': { type: 'string' },
  'decision-log': { type: 'string' },
  processes: { type: 'string' },
  threads: { type: 'string' },
  'evaluation-limit-ms': { type: 'string' },
  mask: { type: 'string', multiple: true },
  show: { type: 'string', multiple: true },
} as const

const MOST_PROCESSES = 64
const MOST_THREADS = 64
const MOST_MS = 60_000

export interface AuthorizerFlags {
  readonly listen: ListenAddress
  /** Mutual TLS. Without it the authorizer serves a Unix socket, or what `--allow-plaintext` allows. */
  readonly tls?: Required<CertificatePaths>
  readonly location: PolicyLocation
  readonly threads: ThreadOptions
  /** 1 if nothing else is said. */
  readonly processes: number
  /** A file that lines are appended to; `-` is stdout. */
  readonly decisionLog?: string
  readonly masks: MaskRules
}

/** Throws `invalid-argument` with all problems. */
export function parseAuthorizerFlags(args: readonly string[]): AuthorizerFlags {
  const flags = parseFlags(args, FLAGS)
  const problems: Problem[] = []
  const tls = readTls(flags, problems)
  const listen = readAddress(flags, tls !== undefined, problems)
  const location = readLocation(flags, problems)
  const processes = readWhole('--processes', flags.processes, MOST_PROCESSES, problems) ?? 1
  const count = readWhole('--threads', flags.threads, MOST_THREADS, problems)
  const limitMs = readWhole('--evaluation-limit-ms', flags['evaluation-limit-ms'], MOST_MS, problems)
  const threads = {
    ...(count !== undefined && { threads: count }),
    ...(limitMs !== undefined && { limitMs }),
  }
  const masks = {
    mask: readPointers('--mask', flags.mask, problems),
    show: readPointers('--show', flags.show, problems),
  }
  if (problems.length > 0) throw invalidFlags(problems)
  const decisionLog = flags['decision-log']
  return {
    listen,
    threads,
    processes,
    ...(tls && { tls }),
    location,
    masks,
    ...(decisionLog !== undefined && { decisionLog }),
  }
}

function readWhole(
  flag: string,
  text: string | undefined,
  most: number,
  problems: Problem[],
): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= most) return value
  problems.push({ path: flag, message: `"${text}" is not a whole number from 1 to ${most}` })
  return undefined
}

type Flags = ReturnType<typeof parseFlags<typeof FLAGS>>

/** Who answers in its place allows every call, so Envoy must know with whom it speaks. */
function readAddress(flags: Flags, hasTls: boolean, problems: Problem[]): ListenAddress {
  if (flags.listen === undefined) {
    const message = 'is missing; give unix:/PATH, or HOST:PORT with --tls-certificate'
    problems.push({ path: '--listen', message })
  }
  const before = problems.length
  const listen = readListen(flags.listen ?? 'unix:missing', problems)
  if (problems.length === before && !hasTls && 'port' in listen && flags['allow-plaintext'] !== true) {
    const message =
      'is a port, where any program can call the authorizer or take its place: give unix:/PATH, --tls-certificate for mutual TLS, or --allow-plaintext'
    problems.push({ path: '--listen', message })
  }
  return listen
}

function readTls(flags: Flags, problems: Problem[]): AuthorizerFlags['tls'] {
  const names = ['tls-certificate', 'tls-key', 'tls-client-ca'] as const
  const [certificate, key, clientCa] = names.map((name) => flags[name])
  if (certificate === undefined && key === undefined && clientCa === undefined) return undefined
  for (const name of names) {
    if (flags[name]) continue
    problems.push({ path: `--${name}`, message: 'is missing; mutual TLS needs all three files in PEM' })
  }
  return { certificate: certificate ?? '', key: key ?? '', clientCa: clientCa ?? '' }
}

function readPointers(
  flag: string,
  pointers: readonly string[] = [],
  problems: Problem[],
): readonly string[] {
  for (const pointer of pointers) {
    if (/^\/(?:input|result)\/./.test(pointer)) continue
    const message = `"${pointer}" is not a pointer to a field of the log; write it like /input/claims/main/email`
    problems.push({ path: flag, message })
  }
  return pointers
}

function readLocation(flags: Flags, problems: Problem[]): PolicyLocation {
  const { policy, bundle, 'verification-key': verificationKey, state } = flags
  const minimum = flags['minimum-revision']
  if ((policy === undefined) === (bundle === undefined)) {
    const message = 'give exactly one of --policy and --bundle'
    problems.push({ path: '--policy', message })
  }
  if (minimum !== undefined && !/^\d{1,15}$/.test(minimum)) {
    const message = `"${minimum}" is not a number; give the lowest that a bundle may have`
    problems.push({ path: '--minimum-revision', message })
  }
  if (bundle === undefined) return { folder: policy ?? '' }
  if (verificationKey === undefined) {
    const message = "is missing; give the public key that verifies the bundle's signature"
    problems.push({ path: '--verification-key', message })
  }
  if (state === undefined) {
    const message =
      'is missing; give a folder of the authorizer alone, which remembers the newest bundle so that no older one is activated'
    problems.push({ path: '--state', message })
  }
  return {
    bundle,
    verificationKey: verificationKey ?? '',
    state: state ?? '',
    ...(minimum !== undefined && { minimumRevision: Number(minimum) }),
  }
}
