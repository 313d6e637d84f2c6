// P5: which upstream a call goes to, by its path and headers.

import { answeredBy, untilAnswers } from '../answers.ts'
import type { Calls } from '../programs.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'

const SERVICE = 'switchyard.echo.v1.EchoService'

/** One match, calls that it takes, and calls that it does not. */
interface Case {
  readonly title: string
  readonly match: object
  readonly takes: readonly Calls[]
  readonly leaves: readonly Calls[]
  readonly inLongForm?: true
  readonly differs?: NonNullable<Row['differs']>
}

/** Calls that match go to "matched", all others to "rest". With the rule gone, all go to "rest". */
function matches({ title, match, takes, leaves, ...rest }: Case): Row {
  return {
    row: 'P5',
    title,
    ...rest,
    async run(world: World) {
      const upstreams = {
        rest: { endpoints: await world.endpoints('rest') },
        matched: { endpoints: await world.endpoints('matched') },
      }
      const rest = { match: {}, to: { rest: 1 } }
      await world.serve({ upstreams, rules: { first: { match, to: { matched: 1 } }, rest } })
      const program = await world.start()
      const answers = (calls: Calls, id: string) =>
        untilAnswers(world, program, `${id} answers ${JSON.stringify(calls)}`, calls, (result) =>
          answeredBy(result, id),
        )
      for (const calls of takes) await answers(calls, 'matched')
      for (const calls of leaves) await answers(calls, 'rest')
      await world.serve({ upstreams, rules: { rest } })
      for (const calls of takes) await answers(calls, 'rest')
    },
  }
}

const plain: Calls = { calls: 10 }
const streams: Calls = { calls: 10, method: 'ServerStream' }
const having = (metadata: Record<string, string>): Calls => ({ ...plain, metadata })
const version = (value: string) => having({ 'x-version': value })

const END_IS_IN_RANGE = {
  source:
    'https://github.com/grpc/grpc-java/blob/v1.85.0/xds/src/main/java/io/grpc/xds/internal/Matchers.java',
  says: 'numValue >= range().start() && numValue <= range().end()',
  because: 'the end of a range belongs to it, where Envoy and the other clients leave it out.',
}

const SHORT = ['a regular expression of a header', 'a number in a header']

/** A header compared in one way, with values that match and values that do not. */
function comparing(title: string, match: object, takes: readonly string[], leaves: readonly string[]): Case {
  return {
    title: `routes by ${title}`,
    match: { headers: { 'x-version': match } },
    takes: takes.map(version),
    leaves: [...leaves.map(version), plain],
    ...(SHORT.includes(title) ? {} : { inLongForm: true }),
    ...('range' in match && { differs: { java: END_IS_IN_RANGE } }),
  }
}

const CASES: readonly Case[] = [
  { title: 'routes by the service', match: { service: SERVICE }, takes: [plain, streams], leaves: [] },
  {
    title: 'routes by the method',
    match: { service: SERVICE, method: 'Unary' },
    takes: [plain],
    leaves: [streams],
  },
  {
    title: 'routes by a whole path',
    inLongForm: true,
    match: { path: `/${SERVICE}/Unary` },
    takes: [plain],
    leaves: [streams],
  },
  {
    title: 'routes by the start of a path',
    inLongForm: true,
    match: { prefix: `/${SERVICE}/U` },
    takes: [plain],
    leaves: [streams],
  },
  {
    title: 'routes by a path without regard to case',
    match: { path: `/${SERVICE}/Unary`.toLowerCase(), ignoreCase: true },
    takes: [plain],
    leaves: [streams],
  },
  {
    title: 'routes by a regular expression of a path',
    match: { regex: '/switchyard\\.[a-z.0-9]+\\.EchoService/(Unary|Nope)' },
    takes: [plain],
    leaves: [streams],
  },
  {
    title: 'routes by the whole value of a header',
    match: { headers: { 'x-version': 'blue' } },
    takes: [version('blue')],
    leaves: [plain, version('blue-1')],
  },
  comparing('the start of a header', { prefix: 'blue-' }, ['blue-1'], ['green-1']),
  comparing('the end of a header', { suffix: '-1' }, ['blue-1'], ['blue-2']),
  comparing('a part of a header', { contains: 'lu' }, ['blue-1'], ['green-1']),
  comparing('a header without regard to case', { exact: 'blue', ignoreCase: true }, ['BLUE'], ['GREEN']),
  comparing(
    'a regular expression of a header',
    { regex: '(blue|green)-[0-9]+' },
    ['green-12'],
    ['red-1', 'green-'],
  ),
  comparing('a number in a header', { range: { from: 10, to: 20 } }, ['10', '19'], ['9', '20', 'x']),
  comparing('a header that is there', { present: true }, ['any'], []),
  comparing(
    'an inverted comparison, which a call without the header does not match',
    { exact: 'blue', invert: true },
    ['green'],
    ['blue'],
  ),
]

export const ROUTES: readonly Row[] = CASES.map(matches)
