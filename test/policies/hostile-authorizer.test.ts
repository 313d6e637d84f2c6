// Checks that no Envoy sends, to an authorizer: by a program that can connect to it, or with values that callers control. None is
// allowed, none ends the authorizer, and honest checks are decided after each.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create, fromBinary, type JsonObject, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import type { AttributeContext_HttpRequestSchema } from '@envoy/xds-protos/envoy/service/auth/v3/attribute_context_pb.js'
import {
  Authorization,
  CheckRequestSchema,
  CheckResponseSchema,
} from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { Client, credentials, status } from '@grpc/grpc-js'
import t from 'tap'
import { seededRandom } from '../../core/seeded-random.ts'
import { POLICY_FOLDER, startAuthorizerProcess } from '../support/authorizer.ts'
import { peakMemoryMib } from '../support/process-cost.ts'

const CHECK = `/${Authorization.typeName}/Check`
const PATH = '/switchyard.echo.v1.EchoService/Unary'
const JWT = 'envoy.filters.http.jwt_authn'
const KIB = 1024
const MIB = 1024 * KIB
/** The same seed makes the same checks: SWITCHYARD_SEED=$RANDOM for others. */
const seed = Number(process.env.SWITCHYARD_SEED ?? 1)
const MADE_UP = 2_000
/** Levels at which a recursive reader runs out of stack. */
const DEEP = 20_000
const USER = { main: { sub: 'alice', roles: ['user'] } }

const folder = await mkdtemp(join(tmpdir(), 'switchyard-hostile-'))
t.teardown(() => rm(folder, { recursive: true }))
const log = join(folder, 'decisions.jsonl')
const authorizer = await startAuthorizerProcess(t, `unix:${join(folder, 'a.sock')}`, [
  ...['--policy', POLICY_FOLDER, '--decision-log', log],
])
const client = new Client(authorizer.address, credentials.createInsecure())
t.teardown(() => client.close())

let decided = 0

/** `allowed`, `denied`, or the name of the gRPC status with which the authorizer ended the check. */
function outcomeOf(check: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const same = (bytes: Buffer) => bytes
    client.makeUnaryRequest(CHECK, same, same, Buffer.from(check), (error, answer) => {
      if (error || answer === undefined) resolve(status[error?.code ?? status.UNKNOWN] ?? '')
      else {
        decided += 1
        resolve(fromBinary(CheckResponseSchema, answer).status?.code === status.OK ? 'allowed' : 'denied')
      }
    })
  })
}

type Http = MessageInitShape<typeof AttributeContext_HttpRequestSchema>

function checkOf(claims: Readonly<Record<string, JsonObject>>, http: Http = {}): Uint8Array {
  const metadataContext = { filterMetadata: { [JWT]: { ...claims } } }
  const attributes = { metadataContext, request: { http: { path: PATH, ...http } } }
  return toBinary(CheckRequestSchema, create(CheckRequestSchema, { attributes }))
}

function withHeaders(headers: readonly (readonly [string, string | Uint8Array])[], path = PATH): Http {
  return {
    path,
    headerMap: { headers: headers.map(([key, value]) => ({ key, rawValue: Buffer.from(value) })) },
  }
}

/** A field of protobuf with bytes: https://protobuf.dev/programming-guides/encoding/ */
function field(number: number, content: Buffer): Buffer {
  const length: number[] = []
  for (let left = content.length; ; left >>>= 7) {
    length.push(left > 0x7f ? (left & 0x7f) | 0x80 : left)
    if (left <= 0x7f) break
  }
  return Buffer.concat([Buffer.of((number << 3) | 2, ...length), content])
}

/** Claims of a user with one more, whose lists are that deep. Fields are merged when they occur twice. */
function nestedCheck(depth: number): Uint8Array {
  let value: Buffer = Buffer.of(0x08, 0)
  for (let level = 0; level < depth; level += 1) value = field(6, field(1, value))
  const inStruct = (name: string, one: Buffer) =>
    field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, one)]))
  const claims = field(5, inStruct('nested', value))
  const metadata = field(1, Buffer.concat([field(1, Buffer.from(JWT)), field(2, inStruct('other', claims))]))
  return Buffer.concat([checkOf({}), field(1, field(11, metadata))])
}

async function honest(what: string): Promise<void> {
  t.equal(await outcomeOf(checkOf(USER)), 'allowed', `twin after ${what}`)
}

t.test('checks that a caller could cause are denied', async (t) => {
  const many = (count: number, value: string) =>
    Array.from({ length: count }, (_, at) => [`x-${at}`, value] as const)
  const proto: JsonObject = JSON.parse('{"__proto__":{"roles":["user"]},"sub":"alice"}')
  const checks: Readonly<Record<string, Uint8Array>> = {
    'nothing at all': Buffer.of(),
    'no claims': checkOf({}),
    'roles of a prototype': checkOf({ main: proto }),
    'an issuer called __proto__': checkOf(JSON.parse('{"__proto__":{"roles":["user"]}}')),
    'roles as an object': checkOf({ main: { roles: { user: true } } }),
    'roles as a text': checkOf({ main: { roles: 'user' } }),
    'roles of an issuer that may not grant them': checkOf({ other: { roles: ['user', 'admin'] } }),
    'roles in the header of a token': checkOf({ 'main/header': { roles: ['user'] } }),
    'a header with the name of an input': checkOf(
      {},
      withHeaders([['claims', '{"main":{"roles":["user"]}}']]),
    ),
    'headers that are not UTF-8': checkOf(USER, withHeaders([['x-a', Buffer.of(0xff)]])),
    'a half surrogate': checkOf(USER, withHeaders([['x-a', Buffer.of(0xed, 0xa0, 0x80)]])),
    'a path of 60 KB': checkOf(USER, { path: `/${'a.'.repeat(30_000)}b/Unary` }),
    'a path with NUL': checkOf(USER, { path: `${PATH}\0` }),
    'a path with a line break': checkOf(USER, { path: `${PATH}\n` }),
    'another method after a query': checkOf(USER, { path: `${PATH}?/../Other` }),
    'ten thousand headers and no role': checkOf({}, withHeaders(many(10_000, 'x'))),
    'ten thousand claims and no role': checkOf({ main: Object.fromEntries(many(10_000, 'x')) }),
  }
  for (const [what, check] of Object.entries(checks)) t.equal(await outcomeOf(check), 'denied', what)
  await honest('all of them')
  t.equal(await outcomeOf(checkOf(USER, withHeaders(many(10_000, 'x')))), 'allowed', 'with a role')
})

t.test('checks that are nested too deeply, too large, or no protobuf end with an error', async (t) => {
  t.equal(await outcomeOf(nestedCheck(10)), 'denied', 'twin: a few levels are claims without a role')
  for (const depth of [1_000, DEEP]) t.not(await outcomeOf(nestedCheck(depth)), 'allowed', `${depth} levels`)
  await honest('nesting')

  const memory = peakMemoryMib(authorizer.pid)
  const large = checkOf(USER, { rawBody: Buffer.alloc(16 * MIB) })
  for (let at = 0; at < 4; at += 1) t.equal(await outcomeOf(large), 'RESOURCE_EXHAUSTED', '16 MiB')
  const wide = checkOf({}, withHeaders([['x-a', 'x'.repeat(4 * MIB)]]))
  for (let at = 0; at < 8; at += 1) t.equal(await outcomeOf(wide), 'denied', 'a header of 4 MiB')
  const grown = peakMemoryMib(authorizer.pid) - memory
  t.ok(grown < 384, `memory grew by ${grown.toFixed(0)} MiB, for 96 MiB of checks`)
  await honest('large checks')

  const random = seededRandom(seed)
  const good = checkOf(USER, withHeaders([['te', 'trailers']]))
  const outcomes: Record<string, number> = {}
  const deny = checkOf({}, withHeaders([['te', 'trailers']]))
  for (let at = 0; at < MADE_UP; at += 1) {
    // A denied check with a few bytes changed, or cut off, or random bytes.
    const bytes = Buffer.from(at % 3 === 2 ? Array.from({ length: 64 }, () => random() * 256) : deny)
    if (at % 3 === 0) bytes[Math.floor(random() * bytes.length)] = random() * 256
    const cut = at % 3 === 1 ? Math.floor(random() * bytes.length) : bytes.length
    const outcome = await outcomeOf(bytes.subarray(0, cut))
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  t.comment(`${MADE_UP} checks from seed ${seed}`, outcomes)
  t.notOk('allowed' in outcomes)
  t.notOk('UNAVAILABLE' in outcomes, 'the authorizer never ended')
  t.equal(await outcomeOf(good), 'allowed', 'twin: the check with the role that the others lack')
})

t.test('the log has a line for each decision, without the hostile values', async (t) => {
  await authorizer.stop()
  const lines = (await readFile(log, 'utf8')).trim().split('\n')
  for (const line of lines) JSON.parse(line)
  t.equal(lines.length, decided)
  const longest = Math.max(...lines.map(({ length }) => length))
  t.ok(longest < 2 * MIB, `the longest has ${longest} characters`)
})
