// Reads a processor's flags.

import type { Problem } from '../../core/errors.ts'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import type { ListenAddress } from '../draining-listener.ts'
import { invalidFlags, parseFlags } from '../flags.ts'
import { readListen } from '../listen-flag.ts'
import type { ProcessorRules } from './process-call.ts'

const FLAGS = {
  listen: { type: 'string', default: '127.0.0.1:0' },
  header: { type: 'string', multiple: true },
  refuse: { type: 'string', default: 'x-refuse' },
  status: { type: 'string', default: 'PERMISSION_DENIED' },
} as const

const DEFAULT_HEADERS = ['x-processed-by=switchyard']
const NAME = /^[a-z0-9][a-z0-9-]*$/
const HEADER = /^([a-z0-9][a-z0-9-]*)=([\x20-\x7e]*)$/

/** Throws `invalid-argument` with all problems. */
export function parseProcessorFlags(args: readonly string[]): {
  readonly listen: ListenAddress
  readonly rules: ProcessorRules
} {
  const flags = parseFlags(args, FLAGS)
  const problems: Problem[] = []
  const listen = readListen(flags.listen, problems)
  const headers = (flags.header ?? DEFAULT_HEADERS).flatMap((text) => {
    const [, name, value] = HEADER.exec(text) ?? []
    if (name !== undefined && value !== undefined) return [[name, value] as const]
    problems.push({ path: '--header', message: `"${text}" is not a header; write it like x-name=value` })
    return []
  })
  if (!NAME.test(flags.refuse)) {
    problems.push({
      path: '--refuse',
      message: `"${flags.refuse}" is not the name of a header in lower case`,
    })
  }
  const status = GRPC_STATUS_NAMES.findIndex((name, code) => code > 0 && name === flags.status)
  if (status < 0) {
    const known = GRPC_STATUS_NAMES.slice(1).join(', ')
    problems.push({ path: '--status', message: `unknown status "${flags.status}". Use one of: ${known}` })
  }
  if (problems.length > 0) throw invalidFlags(problems)
  return { listen, rules: { headers: Object.fromEntries(headers), refuse: flags.refuse, status } }
}
