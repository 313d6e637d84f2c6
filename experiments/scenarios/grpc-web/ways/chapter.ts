// The ways side by side: the same calls to the same service through each of them, and what becomes of the calls.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { Witness } from '../witness.ts'
import { expectedOf } from './expected.ts'
import { PROBES } from './probes.ts'
import type { Way } from './way.ts'
import { WAYS } from './ways.ts'

export const WAYS_CHAPTER: Chapter = {
  title: 'Ways from a page to gRPC',
  runs: () => WAYS.map(toRun),
  checks: (results) => WAYS.map((way) => checkOf(way, results)),
  sections,
}

const idOf = ({ id }: Way) => `ways.${id}`

function toRun(way: Way): Run {
  return {
    id: idOf(way),
    labels: { way: way.title },
    ...(way.needs && { needs: way.needs }),
    rounds: 1,
    seconds: 3,
    measure: (context) => measure(way, context),
  }
}

async function measure(way: Way, context: RunContext): Promise<Measured> {
  const witness = new Witness()
  const { url, close } = await way.open(context, witness)
  try {
    const texts: Record<string, string> = {}
    for (const { id, ask } of PROBES) texts[id] = await ask({ url, witness })
    return facts({ texts })
  } finally {
    await close()
  }
}

function foundOf(results: Results, way: Way): Readonly<Record<string, string>> {
  return results.runs.find(({ id }) => id === idOf(way))?.measured?.texts ?? {}
}

function checkOf(way: Way, results: Results): Check {
  const found = foundOf(results, way)
  const findings = PROBES.flatMap(({ id, title }) => {
    const [now, known] = [found[id], expectedOf(id, way.id)]
    if (now === undefined) return []
    return [
      { fact: now === known ? `${title}: ${now}` : `${title}: ${now}, not ${known}`, holds: now === known },
    ]
  })
  return check(way.row, `${way.title} does what it is known to do`, findings)
}

function sections(results: Results): readonly Section[] {
  const columns = WAYS.map((way) => ({ way, found: foundOf(results, way) })).filter(
    ({ found }) => Object.keys(found).length > 0,
  )
  if (columns.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'What becomes of a call on each way',
      says: 'The same service behind each way. Each cell is from a real call of this run: the gRPC status and **where it is**, in the last frame of the body (`in trailers`) or in HTTP headers (`in headers`), or the HTTP status of an answer that is not gRPC-Web at all.',
      columns: [{ title: 'call' }, ...columns.map(({ way }) => ({ title: way.title }))],
      rows: PROBES.map(({ id, title }) => [title, ...columns.map(({ found }) => found[id])]),
    },
  ]
}
