// buf judges each step between versions, and each change that somebody could make.

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { BUF_FOUND, runBuf } from '../../../../protobuf/buf.ts'
import { writeChange } from './call-changes.ts'
import { CHANGES } from './changes.ts'
import { folderOf, VERSIONS } from './versions.ts'

/** From the strictest to the one that only looks at bytes: https://buf.build/docs/breaking/rules/ */
export const CATEGORIES = ['FILE', 'PACKAGE', 'WIRE_JSON', 'WIRE'] as const
export type Category = (typeof CATEGORIES)[number]

/**
 * The rules of the archive: neither bytes nor JSON may change their meaning, and no method may go. `WIRE_JSON` says nothing of
 * methods, and refuses a new name even where `json_name` keeps the old one in JSON; its rule FIELD_SAME_JSON_NAME still holds.
 */
export const RULES = {
  use: ['WIRE_JSON', 'RPC_NO_DELETE', 'SERVICE_NO_DELETE'],
  except: ['FIELD_SAME_NAME'],
} as const

export interface Violation {
  readonly rule: string
  readonly message: string
  readonly categories: readonly Category[]
}

export interface Verdict {
  /** Of a version or a change. */
  readonly id: string
  /** By the rules of the archive. */
  readonly accepted: boolean
  /** What the rules of the archive refuse; the compiler's words if it does not compile. */
  readonly refusedFor: readonly string[]
  /** By all rules of all categories. */
  readonly violations: readonly Violation[]
}

/** Of the run `evolution.breaking`, in `texts.verdicts`. */
export async function measureVerdicts({ folder }: RunContext): Promise<Measured> {
  const rules = readRules()
  const verdicts: Verdict[] = []
  for (const [index, { id }] of VERSIONS.entries()) {
    const before = VERSIONS[index - 1]
    if (before !== undefined) verdicts.push(judge(id, folderOf(id), folderOf(before.id), rules))
  }
  for (const change of CHANGES) {
    const changed = await writeChange(change, folder)
    verdicts.push(judge(change.id, changed, folderOf(change.of), rules))
  }
  return facts({ texts: { verdicts: JSON.stringify(verdicts), rules: JSON.stringify(RULES) } })
}

/** What this buf says of its rules. */
interface KnownRules {
  readonly categoriesOf: (rule: string) => readonly Category[]
  /** Whether it is one of the archive's. */
  readonly isOurs: (rule: string) => boolean
}

export function judge(id: string, folder: string, against: string, rules: KnownRules): Verdict {
  const found = findBreaking(folder, against)
  const ours = found.filter(({ type }) => type === '' || rules.isOurs(type))
  return {
    id,
    accepted: ours.length === 0,
    refusedFor: ours.map(({ type, message }) => (type === '' ? message : `${type}: ${message}`)),
    violations: found.map(({ type, message }) => ({
      rule: type,
      message,
      // What does not compile is in no category, and no category takes it.
      categories: type === '' ? CATEGORIES : rules.categoriesOf(type),
    })),
  }
}

interface Found {
  /** The rule; empty for what the compiler says. */
  readonly type: string
  readonly message: string
}

/** Asked once for all categories: a program that starts takes longer than its work. */
function findBreaking(folder: string, against: string): readonly Found[] {
  const config = configOf({ use: CATEGORIES })
  const { status, stdout, stderr } = runBuf(
    ['breaking', '.', '--against', against, '--error-format', 'json', '--config', config],
    { cwd: folder },
  )
  if (status === 0) return []
  const lines = stdout
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('{'))
  // Links to pages that have moved since are not ours to repeat.
  const found = lines.map((line): Found => {
    const { type = '', message } = JSON.parse(line) as Partial<Found> & Pick<Found, 'message'>
    return {
      type: type.trim() === 'COMPILE' ? '' : type.trim(),
      message: message.replace(/ See https:.*$/, ''),
    }
  })
  if (status === BUF_FOUND && found.length > 0) return found
  return [{ type: '', message: stderr.trim() }]
}

const configOf = (breaking: object) => JSON.stringify({ version: 'v2', breaking })

export function readRules(): KnownRules {
  const all = rulesOf(['--version', 'v2'])
  const ours = rulesOf(['--configured-only', '--config', configOf(RULES)])
  const byId = new Map(all.map(({ id, categories }) => [id, categories]))
  const ids = new Set(ours.map(({ id }) => id))
  return {
    categoriesOf: (rule) => CATEGORIES.filter((category) => byId.get(rule)?.includes(category)),
    isOurs: (rule) => ids.has(rule),
  }
}

function rulesOf(flags: readonly string[]) {
  const { stdout } = runBuf(['config', 'ls-breaking-rules', '--format', 'json', ...flags])
  const lines = stdout.toString().trim().split('\n')
  return lines.map((line) => JSON.parse(line) as { readonly id: string; readonly categories: Category[] })
}
