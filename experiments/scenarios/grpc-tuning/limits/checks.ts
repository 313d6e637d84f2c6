// What must hold of size limits on any machine: sizes to the byte, and that a call beyond one fails.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { MOST } from './places.ts'
import { type LimitRow, limitRows } from './rows.ts'

const ROW = 'O7.5'

export function checksOf(results: Results): readonly Check[] {
  const [messages, metadata] = [limitRows(results, 'message'), limitRows(results, 'metadata')]
  const hasLimit = ({ place }: LimitRow) => place.exact !== MOST.message
  return [
    check(
      ROW,
      'Each receiver of messages takes exactly as many bytes as it should, and refuses one more',
      messages.filter(hasLimit).map(messageFinding),
    ),
    check(
      ROW,
      'Where there is no limit, or an option has raised it, the largest message passes',
      messages.filter((row) => !hasLimit(row)).map(messageFinding),
    ),
    check(
      ROW,
      'Metadata beyond the limit of a place fails the call, and metadata within it passes',
      metadata.map(metadataFinding),
    ),
  ]
}

function messageFinding({ program, place, passes, fails, code }: LimitRow): Finding {
  const { exact = Number.NaN } = place
  const beyond = fails === undefined ? 'and no more was tried' : `${fails}: ${code}`
  return {
    fact: `${program.title}, ${place.title}: ${passes} bytes pass, ${beyond}`,
    holds: passes === exact && (exact === MOST.message ? fails === undefined : fails === exact + 1),
  }
}

function metadataFinding({ program, place, passes, fails, lists, code }: LimitRow): Finding {
  const { list, byChance } = place
  const fact = `${program.title}, ${place.title}: a value of ${passes} bytes passes, ${fails === undefined ? 'and no more was tried' : `${fails}: ${code}`}`
  if (byChance !== undefined) return { fact, holds: passes > 0 && code !== undefined && code !== 'OK' }
  const isExact = list === undefined || (lists.passes === list && lists.fails === list + 1)
  return { fact, holds: passes > 0 && isExact && (fails === undefined) === (passes === MOST.metadata) }
}
