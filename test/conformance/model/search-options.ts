// The flags of `npm run model`, and the seeds that they stand for.

import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../../../core/errors.ts'
import type { Types } from './world.ts'

export interface ModelOptions {
  /** These seeds and no others. */
  readonly given: readonly number[]
  /** The seeds that failed once. */
  readonly known: boolean
  /** Random seeds; undefined for as many as the time allows. */
  readonly count: number | undefined
  readonly minutes: number
  readonly histories: number
  readonly threads: number
  /** What the histories are about. Undefined: everything, or what a known seed was about. */
  readonly types: Types | undefined
}

const TYPES: readonly Types[] = ['core', 'all', 'aged']
const DEFAULT_MINUTES = 1
const DEFAULT_HISTORIES = 500
const MS_PER_MINUTE = 60_000

/** Seeds of fast-check are 32-bit integers; these are the positive ones. */
const MAX_SEED = 2 ** 31

/** @throws SwitchyardError `invalid-argument` with all problems */
export function readOptions(args: readonly string[]): ModelOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      seeds: { type: 'string' },
      seed: { type: 'string', multiple: true, default: [] },
      histories: { type: 'string', default: String(DEFAULT_HISTORIES) },
      jobs: { type: 'string', default: String(availableParallelism()) },
      known: { type: 'boolean', default: false },
      types: { type: 'string' },
    },
  })
  const numbers = [
    ...Object.entries({
      '--minutes': values.minutes,
      '--seeds': values.seeds,
      '--histories': values.histories,
      '--jobs': values.jobs,
    }),
    ...values.seed.map((seed) => ['--seed', seed] as const),
  ]
  const problems: { path: string; message: string }[] = numbers
    .filter(([flag, text]) => text !== undefined && !isFine(flag, Number(text)))
    .map(([path, text]) => ({
      path,
      message: `"${text}" is not ${path === '--minutes' ? 'a number above 0' : path === '--seed' ? 'an integer' : 'a whole number above 0'}`,
    }))
  const types = TYPES.find((one) => one === values.types)
  if (values.types !== undefined && types === undefined)
    problems.push({ path: '--types', message: `"${values.types}" is not one of ${TYPES.join(', ')}` })
  if (problems.length > 0) throw new SwitchyardError('invalid-argument', 'invalid flags', { problems })
  return {
    given: values.seed.map(Number),
    known: values.known,
    count: values.seeds === undefined ? undefined : Number(values.seeds),
    // A number of seeds without a time has all the time that it needs.
    minutes: Number(
      values.minutes ?? (values.seeds === undefined ? DEFAULT_MINUTES : Number.POSITIVE_INFINITY),
    ),
    histories: Number(values.histories),
    threads: Number(values.jobs),
    types,
  }
}

function isFine(flag: string, value: number): boolean {
  if (flag === '--minutes') return value > 0
  return Number.isSafeInteger(value) && (flag === '--seed' || value > 0)
}

/**
 * The seeds to search: the given ones, the known ones, or random ones until the number or the time is reached.
 * @param elapsedMs the time since the start, asked before each random seed
 */
export function* chooseSeeds(
  { given, known, count = Number.POSITIVE_INFINITY, minutes }: ModelOptions,
  knownSeeds: readonly number[],
  elapsedMs: () => number,
  random: () => number = randomSeed,
): Generator<number> {
  if (given.length > 0 || known) {
    yield* new Set([...given, ...(known ? knownSeeds : [])])
    return
  }
  for (let seeds = 0; seeds < count && elapsedMs() < minutes * MS_PER_MINUTE; seeds += 1) yield random()
}

export function randomSeed(): number {
  return randomInt(MAX_SEED)
}
