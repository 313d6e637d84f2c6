// Middlemen that know nothing of gRPC-Web: what buffers and time limits do to streams.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { STORIES, type Story } from './stories.ts'

/** Twins with limits that nothing reaches: the quick profile has a twin of each kind without them. */
const LONGER = new Set(['idle-long', 'write-limit-long'])

export const MIDDLEMEN: Chapter = {
  title: 'Middlemen',
  runs: ({ name }) =>
    STORIES.filter(({ id }) => name !== 'quick' || !LONGER.has(id)).map(({ id, title, needs, tell }) => ({
      id: `middlemen.${id}`,
      labels: { way: title },
      needs,
      rounds: 1,
      seconds: 3,
      measure: async (context) => facts({ texts: { outcome: await tell(context) } }),
    })),
  checks,
  sections,
  tools: { nginx: ['nginx', '-v'] },
}

function outcomeOf(results: Results, { id }: Story): string | undefined {
  return roundsOf(results, `middlemen.${id}`)[0]?.texts?.outcome
}

function checks(results: Results): readonly Check[] {
  const findings = STORIES.flatMap((story) => {
    const outcome = outcomeOf(results, story)
    if (outcome === undefined) return []
    const holds = outcome === story.expected
    return [{ fact: `${story.title}: ${outcome}${holds ? '' : `, not "${story.expected}"`}`, holds }]
  })
  return [check('O3.2', 'Buffers and time limits of middlemen do to streams what is known of them', findings)]
}

function sections(results: Results): readonly Section[] {
  const told = STORIES.map((story) => [story.title, outcomeOf(results, story)] as const).filter(
    ([, outcome]) => outcome !== undefined,
  )
  if (told.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'What middlemen do to a stream',
      says: 'To a middleman, a stream of gRPC-Web is the slow body of one HTTP answer. **A buffer keeps answers until it is full or the stream ends**: nginx does so if it speaks HTTP/1.0 to the service, where an answer has no chunks, and passes each chunk on with HTTP/1.1, buffer or not. Write both `proxy_buffering off` and `proxy_http_version 1.1`. **A limit on silence** (`proxy_read_timeout`) ends streams that have nothing to say: send something more often than that. **A limit on the whole answer** ends every long stream, however chatty: raise it, and let pages call again. A stream that was cut off has no trailers, and so no status: clients report an error.',
      columns: [{ title: 'middleman' }, { title: 'what arrives' }],
      rows: told.map(([title, outcome]) => [title, outcome]),
    },
  ]
}
