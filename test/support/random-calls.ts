// Random calls, each with the outcome that a model expects. The model knows tokens, paths and policies, and nothing of Envoy.

import fc from 'fast-check'
import type { RawCall } from './raw-call.ts'

/** A token of a caller, and what it grants. */
export interface CallerToken {
  readonly text: string
  /** The roles that it grants; undefined if it is invalid. */
  readonly roles?: readonly string[]
  readonly scope?: string
}

/** `either`: Envoy may be stricter than necessary with unusual calls. */
export type Expectation = 'pass' | 'deny' | 'either'

export interface RandomCall {
  readonly call: RawCall
  readonly expected: Expectation
}

const ECHO = '/switchyard.echo.v1.EchoService'
const KEY_VALUE = '/switchyard.kv.v1.KeyValueService'

/** The Rego policy, written a second time. It uses the roles that the caller has not given up. */
function policyAllows(target: string, acting: readonly string[], scope: string): boolean {
  const isAdmin = acting.includes('admin')
  if (target === `${KEY_VALUE}/Put`) return isAdmin && scope.split(' ').includes('kv:write')
  if (target === `${ECHO}/Bidirectional`) return isAdmin
  // The service itself rejects methods that it does not have.
  return (isAdmin || acting.includes('user')) && /^[^/]+$/.test(afterPrefix(target, `${ECHO}/`))
}

/** The RBAC rules, written a second time. They use the roles in the token. */
function rulesAllow(target: string, roles: readonly string[]): boolean {
  return roles.includes('admin') || (roles.includes('user') && target === `${ECHO}/Unary`)
}

function afterPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : ''
}

const METHODS = [
  ...['Unary', 'Bidirectional', 'Nothing'].map((method) => `${ECHO}/${method}`),
  ...['Put', 'Watch'].map((method) => `${KEY_VALUE}/${method}`),
  '/grpc.health.v1.Health/Watch',
]

interface Draw {
  readonly method: string
  readonly piece: { readonly at: number; readonly text: string } | undefined
  readonly query: string | CallerToken | undefined
  readonly token: CallerToken | undefined
  readonly tamper: { readonly at: number; readonly character: string } | undefined
  readonly second: CallerToken | undefined
  readonly actingRole: readonly string[]
  readonly headers: Readonly<Record<string, string>>
}

const PIECES = [
  '/',
  '/./',
  '/../',
  '%2f',
  '%5C',
  '%2e',
  '%2E%2e/',
  '\\',
  ';',
  '#',
  '%00',
  '%',
  '%41',
  ' ',
  'x',
]
const HEADERS = ['x-auth-roles', 'x-auth-subject', 'x-user', 'x-role', 'x-envoy-original-path', 'x-tenant']
const VALUES = ['admin', 'root', 'user', `${ECHO}/Unary`, 'a\u00ff\u00fe', '', ','.repeat(3_000)]

/** Usually nothing: calls with one unusual part find more than calls with many. */
function seldom<T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(some, { freq: 1, nil: undefined })
}

/** @param tokens valid and invalid tokens of callers */
export function randomCalls(tokens: readonly CallerToken[]): fc.Arbitrary<RandomCall> {
  const token = fc.constantFrom(...tokens)
  const draw: fc.Arbitrary<Draw> = fc.record({
    method: fc.constantFrom(...METHODS),
    piece: seldom(fc.record({ at: fc.nat(100), text: fc.constantFrom(...PIECES) })),
    query: seldom(fc.oneof(fc.webQueryParameters(), token)),
    token: fc.option(token, { freq: 9, nil: undefined }),
    tamper: seldom(fc.record({ at: fc.nat(2_000), character: fc.constantFrom(...'Aa0_-.') })),
    second: seldom(token),
    actingRole: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.constantFrom('user', 'admin', 'root'), { maxLength: 2 }) },
    ),
    headers: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.dictionary(fc.constantFrom(...HEADERS), fc.constantFrom(...VALUES), { maxKeys: 3 }),
      },
    ),
  })
  return draw.map((drawn) => ({ call: toCall(drawn), expected: expectationOf(drawn) }))
}

function toCall({ method, piece, query, token, tamper, second, actingRole, headers }: Draw): RawCall {
  const sent = [token && tampered(token, tamper).text, second?.text].filter((text) => text !== undefined)
  return {
    path: `${pathOf(method, piece)}${queryOf(query)}`,
    headers: {
      ...headers,
      ...(sent.length > 0 && { authorization: sent.map((text) => `Bearer ${text}`) }),
      ...(actingRole.length > 0 && { 'x-acting-role': actingRole }),
    },
  }
}

function queryOf(query: Draw['query']): string {
  if (query === undefined) return ''
  return typeof query === 'string' ? `?${query}` : `?access_token=${query.text}`
}

function pathOf(method: string, piece: Draw['piece']): string {
  if (piece === undefined) return method
  const at = piece.at % (method.length + 1)
  return `${method.slice(0, at)}${piece.text}${method.slice(at)}`
}

/** The token with one character replaced. It is invalid unless it still decodes to the same bytes. */
function tampered(token: CallerToken, tamper: Draw['tamper']): CallerToken {
  if (tamper === undefined) return token
  const at = tamper.at % token.text.length
  const text = `${token.text.slice(0, at)}${tamper.character}${token.text.slice(at + 1)}`
  const bytesOf = (compact: string) =>
    compact
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('hex'))
      .join('.')
  return bytesOf(text) === bytesOf(token.text) ? { ...token, text } : { text }
}

function expectationOf(drawn: Draw): Expectation {
  const { method, piece, query, second, actingRole, headers } = drawn
  const token = drawn.token && tampered(drawn.token, drawn.tamper)
  const target = resolve(pathOf(method, piece))
  // Any of several tokens may be the one that counts. Whether all must be valid is up to Envoy.
  const held = [token, second, typeof query === 'object' ? query : undefined]
  if (!held.some((one) => one !== undefined && isAllowed(one, target, actingRole))) return 'deny'
  const isPlain =
    piece === undefined &&
    query === undefined &&
    second === undefined &&
    drawn.tamper === undefined &&
    Object.keys(headers).length === 0
  return isPlain ? 'pass' : 'either'
}

/** With x-acting-role a caller gives up all roles except that one, and must have it. */
function isAllowed(
  { roles, scope = '' }: CallerToken,
  target: string,
  actingRole: readonly string[],
): boolean {
  const [acting, ...more] = actingRole
  if (roles === undefined || more.length > 0) return false
  if (acting !== undefined && !roles.includes(acting)) return false
  return policyAllows(target, acting === undefined ? roles : [acting], scope) && rulesAllow(target, roles)
}

/** The method of a path after all normalization. A path with an escaped slash or a fragment has none. */
function resolve(path: string): string {
  if (/%2f|%5c|#/i.test(path)) return ''
  const read = path
    .replaceAll('\\', '/')
    .replace(/%[0-9a-f]{2}/gi, (escaped) => String.fromCharCode(Number.parseInt(escaped.slice(1), 16)))
  const segments: string[] = []
  for (const segment of read.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}`
}
