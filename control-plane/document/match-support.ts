// What gRPC clients make of a match: they see the metadata of a call only, and one of them has trouble with regular expressions.

import { type FieldSwitch, FLEET_KINDS } from '../switches/attach-points.ts'
import { type Unsupported, unsupported } from '../switches/grpc-clients.ts'
import { headerMatchOf } from '../switches/header-match.ts'
import { regexInNode } from '../switches/regex.ts'
import type { Match } from './model.ts'

/** `match` of a rule, as the switches around it declare themselves. */
export const MATCH_SUPPORT: Pick<FieldSwitch, 'appliesTo' | 'references' | 'problems'> & {
  unsupportedBy(match: Match): readonly Unsupported[]
} = {
  appliesTo: FLEET_KINDS,
  references: ({ token }: Match) =>
    token === undefined ? [] : [{ steps: ['token', 'from'], to: 'jwt', name: token.from }],
  *problems({ token }: Match, { jwt }) {
    const provider = token === undefined ? undefined : jwt[token.from]
    if (token === undefined || provider === undefined || provider.reroute) return
    yield {
      steps: ['token'],
      message: `is compared before the token is checked, so the rule would take no call: write reroute: true in jwt.${token.from}`,
    }
  },
  unsupportedBy: ({ regex, headers = {}, query, token }) => [
    ...(needsQuery(query) ? takesNone('a query', 'query') : []),
    ...(token === undefined ? [] : takesNone('a token', 'token')),
    ...ofRegex(regex, ['regex']),
    ...Object.entries(headers).flatMap(([name, value]) => {
      const steps = ['headers', name]
      const { regex, range } = headerMatchOf(value)
      return [
        ...ofRegex(regex, [...steps, 'regex']),
        ...(range === undefined ? [] : ofRange(range.to, [...steps, 'range', 'to'])),
        ...ofHeader(name, steps),
      ]
    }),
  ],
}

function ofRegex(regex: string | undefined, steps: readonly string[]): readonly Unsupported[] {
  const found = regex === undefined ? undefined : regexInNode(regex)
  return found === undefined ? [] : [{ client: 'node', steps, ...found }]
}

/** https://github.com/grpc/grpc-java/blob/v1.85.0/xds/src/main/java/io/grpc/xds/internal/Matchers.java */
function ofRange(end: number, steps: readonly string[]): readonly Unsupported[] {
  const details = {
    steps,
    effect: 'belongs to the range',
    fix: `let nobody send ${end}, or compare in another way`,
  }
  return unsupported('the number above the largest', details, ['java'])
}

/** A parameter that must be absent is absent from their calls. */
export function needsQuery(query: Match['query'] = {}): boolean {
  return Object.values(query).some((value) => headerMatchOf(value).present !== false)
}

/** Their calls have no query, and they check no tokens, so translation leaves such a rule out: some clients would ignore the condition. */
function takesNone(what: string, step: string): readonly Unsupported[] {
  return unsupported(`a rule with ${what}`, { steps: [step], effect: 'takes no call' })
}

/** https://github.com/grpc/proposal/blob/master/A28-xds-traffic-splitting-and-routing.md#matching */
function ofHeader(name: string, steps: readonly string[]): readonly Unsupported[] {
  if (!name.startsWith(':') && !name.endsWith('-bin')) return []
  return unsupported(`the header ${name}`, { steps, effect: 'is never there' })
}
