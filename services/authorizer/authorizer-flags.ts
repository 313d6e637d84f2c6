// Reads an authorizer's flags.

import type { Problem } from '../../core/errors.ts'
import type { ListenAddress } from '../draining-listener.ts'
import { invalidFlags, parseFlags } from '../flags.ts'
import { readListen } from '../listen-flag.ts'
import type { MaskRules } from './decision-masks.ts'
import type { PolicyLocation } from './policy-location.ts'

const FLAGS = {
  listen: { type: 'string', default: '127.0.0.1:0' },
  policy: { type: 'string' },
  bundle: { type: 'string' },
  'verification-key': { type: 'string' },
  state: { type: 'string' },
  'minimum-revision': { type: 'string' },
  'decision-log': { type: 'string' },
  mask: { type: 'string', multiple: true },
  show: { type: 'string', multiple: true },
} as const

export interface AuthorizerFlags {
  readonly listen: ListenAddress
  readonly location: PolicyLocation
  /** A file that lines are appended to; `-` is stdout. */
  readonly decisionLog?: string
  readonly masks: MaskRules
}

/** Throws `invalid-argument` with all problems. */
export function parseAuthorizerFlags(args: readonly string[]): AuthorizerFlags {
  const flags = parseFlags(args, FLAGS)
  const problems: Problem[] = []
  const listen = readListen(flags.listen, problems)
  const location = readLocation(flags, problems)
  const masks = {
    mask: readPointers('--mask', flags.mask, problems),
    show: readPointers('--show', flags.show, problems),
  }
  if (problems.length > 0) throw invalidFlags(problems)
  const decisionLog = flags['decision-log']
  return {
    listen,
    location,
    masks,
    ...(decisionLog !== undefined && { decisionLog }),
  }
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

function readLocation(
  flags: ReturnType<typeof parseFlags<typeof FLAGS>>,
  problems: Problem[],
): PolicyLocation {
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
