// What the runs of the chapter have found.

import type { Results } from '../../../../harness/results.ts'

/** Undefined where no run has it. Runs that are measured often have the same texts each time. */
export function textIn<T>({ runs }: Results, name: string): T | undefined {
  const text = runs.find(
    ({ id, measured }) => id.startsWith('wire.') && measured?.texts?.[name] !== undefined,
  )?.measured?.texts?.[name]
  return text === undefined ? undefined : (JSON.parse(text) as T)
}

/** Medians over the rounds, by the name of the figure. */
export function figuresIn({ runs }: Results, run: string): Readonly<Record<string, number>> {
  const rounds = runs.flatMap(({ id, measured }) => (id === run && measured ? [measured.figures] : []))
  const names = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(
    names.map((name) => {
      const values = rounds.flatMap((figures) => figures[name] ?? []).sort((a, b) => a - b)
      return [name, values[values.length >> 1] ?? 0]
    }),
  )
}

/** By round. */
export const roundsIn = ({ runs }: Results, run: string): readonly Readonly<Record<string, number>>[] =>
  runs.flatMap(({ id, measured }) => (id === run && measured ? [measured.figures] : []))
