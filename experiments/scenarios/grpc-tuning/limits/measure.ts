// The limits of one program: each of its places is searched with real calls.

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { SizedCaller } from './callers.ts'
import { type FoundLimit, findLimit } from './find-limit.ts'
import type { HeaderLists } from './header-lists.ts'
import {
  codeText,
  errorText,
  failsFigure,
  listFigure,
  MOST,
  type Place,
  type Program,
  passesFigure,
} from './places.ts'
import { TARGETS } from './targets.ts'

export async function measureLimits(context: RunContext, program: Program): Promise<Measured> {
  const figures: Record<string, number> = {}
  const texts: Record<string, string> = {}
  for (const place of program.places) {
    const target = await TARGETS[program.id]?.[place.id]?.(context, place)
    if (target === undefined) throw new Error(`nobody calls ${program.id}.${place.id}`)
    const { caller, lists } = target
    const { passes, fails, answer } = await searchPlace(place, caller, lists)
    await caller.close()
    await lists.stop()
    figures[passesFigure(place)] = passes
    if (fails !== undefined) figures[failsFigure(place)] = fails
    if (answer !== undefined) {
      texts[codeText(place)] = answer.code
      texts[errorText(place)] = answer.text
    }
    if (place.kind === 'metadata') Object.assign(figures, listsOf(place, lists, { passes, fails }))
  }
  return facts({ figures, texts })
}

function listsOf(
  place: Place,
  lists: HeaderLists,
  sizes: Readonly<Record<'passes' | 'fails', number | undefined>>,
): Record<string, number> {
  const entries = (['passes', 'fails'] as const).flatMap((of) => {
    const size = sizes[of]
    const list = size === undefined ? undefined : lists.sizeOf(size)
    return list === undefined ? [] : [[listFigure(place, of), list] as const]
  })
  return Object.fromEntries(entries)
}

async function searchPlace(place: Place, caller: SizedCaller, lists: HeaderLists): Promise<FoundLimit> {
  const attempt = caller[attemptOf(place)]
  if (place.byChance === undefined) return await findLimit(attempt, place.guess, MOST[place.kind])
  // What else is in the list is known from a first call.
  const first = 1_000
  await attempt(first)
  const others = (lists.sizeOf(first) ?? Number.NaN) - first
  const { from, to } = place.byChance
  const [passes, fails] = [from - others, to + 1 - others]
  const answers = [await attempt(passes), await attempt(fails)]
  return { passes: answers[0]?.code === 'OK' ? passes : 0, fails, answer: answers[1] }
}

function attemptOf({ id, kind }: Place): Exclude<keyof SizedCaller, 'close'> {
  if (kind === 'metadata') return id.startsWith('answer') ? 'answerMetadata' : 'metadata'
  return id === 'client' ? 'answer' : 'request'
}
