// What a rule wants of one header: its whole value as text, or one way to compare it.

import { Type } from 'typebox'
import type { PlacedProblem } from './placed-problem.ts'
import { regexProblem } from './regex.ts'
import { facts } from './schema-keywords.ts'

/** One of the ways is written, and `ignoreCase` and `invert` beside it. */
export interface HeaderMatch {
  readonly exact?: string
  readonly prefix?: string
  readonly suffix?: string
  readonly contains?: string
  readonly regex?: string
  readonly range?: { readonly from: number; readonly to: number }
  readonly present?: boolean
  readonly ignoreCase?: boolean
  readonly invert?: boolean
}

/** From the one that matches the fewest values to the one that matches the most. */
export const HEADER_WAYS = ['exact', 'regex', 'range', 'prefix', 'suffix', 'contains', 'present'] as const
export type HeaderWay = (typeof HEADER_WAYS)[number]

/** Ways that compare text, and can ignore its case. */
export const TEXT_WAYS: readonly HeaderWay[] = ['exact', 'prefix', 'suffix', 'contains']

function Text(what: string, field: string, example: string) {
  return Type.String({
    minLength: 1,
    description: `${what}, in quotes`,
    ...facts({ envoy: `StringMatcher.${field}`, example }),
  })
}

function Bound(description: string, field: string, example: number) {
  return Type.Integer({
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
    description,
    ...facts({ envoy: `Int64Range.${field}`, example }),
  })
}

export const WAYS = {
  exact: Text('the whole value of the header', 'exact', 'blue'),
  prefix: Text('the start of the value', 'prefix', 'blue-'),
  suffix: Text('the end of the value', 'suffix', '.example.com'),
  contains: Text('a part of the value', 'contains', 'beta'),
  regex: Text('a regular expression of RE2 for the whole value', 'safe_regex', '(blue|green)-[0-9]+'),
  range: Type.Object(
    {
      from: Bound('the smallest number that matches', 'start', 10),
      to: Bound('the number above the largest that matches', 'end', 20),
    },
    {
      additionalProperties: false,
      description: 'whole numbers such as { from: 10, to: 20 }, which matches 10 and 19, but not 20',
      ...facts({ envoy: 'HeaderMatcher.range_match', example: { from: 10, to: 20 } }),
    },
  ),
  present: Type.Boolean({
    description: 'true if the call must have the header, false if it must not',
    ...facts({ envoy: 'HeaderMatcher.present_match' }),
  }),
} as const satisfies Record<HeaderWay, unknown>

const MODIFIERS = {
  ignoreCase: Type.Boolean({
    default: false,
    description: 'true or false: whether the case of letters makes no difference',
    ...facts({ envoy: 'StringMatcher.ignore_case' }),
  }),
  invert: Type.Boolean({
    default: false,
    description:
      'true or false: whether the value must differ. A call without the header does not match in either case',
    ...facts({ envoy: 'HeaderMatcher.invert_match' }),
  }),
}

export const HeaderMatchSchema = Type.Unsafe<string | HeaderMatch>({
  type: ['string', 'object'],
  description: 'the whole value of the header, in quotes, or a comparison such as { prefix: "blue-" }',
  minProperties: 1,
  properties: { ...WAYS, ...MODIFIERS },
  additionalProperties: false,
  ...facts({ envoy: 'HeaderMatcher.string_match', example: '1' }),
})

/** The comparison that a text stands for. */
export function headerMatchOf(written: string | HeaderMatch): HeaderMatch {
  return typeof written === 'string' ? { exact: written } : written
}

/** The ways that are written; validation has seen to it that it is one. */
export function waysOf(match: HeaderMatch): readonly HeaderWay[] {
  return HEADER_WAYS.filter((way) => match[way] !== undefined)
}

/** What the schema cannot check. */
export function* headerMatchProblems(steps: readonly string[], match: HeaderMatch): Iterable<PlacedProblem> {
  const { regex, range, ignoreCase = false, invert = false } = match
  const [way, ...others] = waysOf(match)
  if (way === undefined) {
    yield {
      steps,
      message:
        'says nothing about the value: write one of exact, regex, range, prefix, suffix, contains, present',
    }
    return
  }
  for (const other of others) {
    yield { steps: [...steps, other], message: `cannot be combined with ${way}: remove one` }
  }
  const message = regex === undefined ? undefined : regexProblem(regex)
  if (message !== undefined) yield { steps: [...steps, 'regex'], message }
  if (range !== undefined && range.from >= range.to) {
    yield {
      steps: [...steps, 'range'],
      message: `matches nothing, because ${range.to} is the number above the largest that matches: write a number above ${range.from} as to`,
    }
  }
  if (ignoreCase && !TEXT_WAYS.includes(way)) {
    const fix = way === 'regex' ? ', and begin the expression with (?i)' : ''
    yield { steps: [...steps, 'ignoreCase'], message: `has no effect on ${way}: remove it${fix}` }
  }
  if (invert && way === 'present') {
    yield { steps: [...steps, 'invert'], message: 'has no effect on present: write present: false' }
  }
}
