// 58,000 hostile characters in every place where a caller may write text: none costs much more than honest text of that length.

import { logVerbosity, Metadata, setLogVerbosity } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { boundBinaryMetadata } from '../../core/bounded-metadata.ts'
import { isOwnHost } from '../../core/own-host.ts'
import { identityOf, ROLES_HEADER, SUBJECT_HEADER } from '../../services/auth/server-interceptors.ts'
import { DecisionMasks } from '../../services/authorizer/decision-masks.ts'
import { compilePolicy } from '../../services/authorizer/policy.ts'
import { type PolicyInput, toPolicyInput } from '../../services/authorizer/policy-input.ts'
import { readPolicyFolder } from '../../services/authorizer/policy-location.ts'
import { explainErrors } from '../../services/explain-errors.ts'
import { callerTrace } from '../../services/logging/call-trace.ts'
import { sampledTraceOf } from '../../services/metrics/sampled-trace.ts'
import { RpcStatusError } from '../../services/rpc/index.ts'
import { authorizerAt, POLICY_FOLDER, startTestAuthorizer } from '../support/authorizer.ts'
import { honestText, hostileTexts } from '../support/hostile-texts.ts'
import { cpuMsOf } from '../support/process-cost.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge, UNARY } from '../support/secured-edge.ts'

/** Other work on the machine makes calls slower, never faster: what is slow once is tried again, and the fastest counts. */
const MOST_TRIES = 20
/** A quadratic pattern costs thousands of times as much. */
const MOST_TIMES_AS_SLOW = 10

const HEADERS = [
  ...[
    'authorization',
    'x-acting-role',
    'traceparent',
    'baggage',
    'accept-language',
    'origin',
    'user-agent',
    'cookie',
  ],
  ...[
    'grpc-timeout',
    'grpc-encoding',
    'x-request-id',
    'x-tenant',
    'x-forwarded-for',
    'x-proof-bin',
    'x-auth-subject',
  ],
]

async function timeOf(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

interface Comparison {
  readonly texts?: ReturnType<typeof hostileTexts>
  /** In milliseconds. Default: by the clock. */
  readonly measure?: (work: () => unknown) => Promise<number>
}

/** @param least in milliseconds, of a read that takes no time worth measuring */
async function compare(
  t: Test,
  place: string,
  least: number,
  read: (text: string) => unknown,
  { texts = hostileTexts(), measure = timeOf }: Comparison = {},
) {
  const honest = honestText()
  await read(honest)
  let usual = Math.max(least, await measure(() => read(honest)))
  const slow: string[] = []
  for (const [title, text] of texts) {
    let ms = Number.POSITIVE_INFINITY
    for (let tries = 0; tries < MOST_TRIES && ms >= MOST_TIMES_AS_SLOW * usual; tries += 1) {
      ms = Math.min(ms, await measure(() => read(text)))
      // The machine may be slower than before.
      if (ms >= MOST_TIMES_AS_SLOW * usual) usual = Math.max(usual, await measure(() => read(honest)))
    }
    if (ms >= MOST_TIMES_AS_SLOW * usual)
      slow.push(`${title}: ${ms.toFixed(1)} ms, honest text ${usual.toFixed(1)} ms`)
  }
  t.strictSame(slow, [], place)
}

t.test('S53: hostile text in a header or a path delays no call', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await startTestAuthorizer(t)
  const edge = await startSecuredEdge(t, {
    upstreams: authorizerAt(address),
    security: {
      jwt: { enabled: true, allOf: ['main'] },
      opa: { enabled: true, upstream: 'authorizer', timeout: '10s' },
      rbac: { enabled: true, rules: { blue: { headers: { 'x-tenant': 'blue' } }, all: {} } },
    },
    filters: {
      binaryMetadata: { enabled: true },
      grpcWeb: { enabled: true },
      cors: { enabled: true, origins: ['https://*.example.com'] },
      localRateLimit: {
        enabled: true,
        maxTokens: 1_000_000,
        byHeader: [{ header: 'x-tenant', maxTokens: 1_000_000 }],
      },
    },
  })
  const token = await edge.token({ roles: ['user'] })
  const authorization = `Bearer ${token}`
  const honest = async () => (await edge.call({ headers: { authorization } })).status
  t.equal(await honest(), 0, 'twin: an honest call')
  const least = await timeOf(honest)
  for (const header of HEADERS) {
    await compare(t, header, least, (text) => edge.call({ headers: { authorization, [header]: text } }))
  }
  await compare(t, 'a token', least, (text) => edge.call({ headers: { authorization: `Bearer ${text}` } }))
  // HTTP/2 allows no spaces in paths: Envoy ends the connection, after a second.
  const paths = new Map([...hostileTexts()].filter(([, text]) => !/[\s]/.test(text)))
  const places = { path: '/', method: UNARY, query: `${UNARY}?` }
  for (const [place, before] of Object.entries(places)) {
    const read = (text: string) => edge.call({ path: `${before}${text}`, headers: { authorization } })
    await compare(t, `the ${place}`, least, read, { texts: paths })
  }
  t.equal(await honest(), 0, 'twin: an honest call afterwards')
})

/** One pass over a text of this length, with room for the clock. */
const LEAST_MS = 0.5

t.test('S53: what the services and the authorizer read of a call takes linear time', async (t) => {
  boundBinaryMetadata()
  setLogVerbosity(logVerbosity.NONE)
  const metadata = (name: string, text: string) => Metadata.fromHttp2Headers({ [name]: text })
  const policy = await compilePolicy(await readPolicyFolder(POLICY_FOLDER))
  const masks = new DecisionMasks()
  const input = (more: Partial<PolicyInput>): PolicyInput => ({
    service: 'switchyard.echo.v1.EchoService',
    method: 'Unary',
    claims: {},
    tokenHeaders: {},
    headers: {},
    source: { address: '127.0.0.1', principal: '' },
    ...more,
  })
  const decide = (more: Partial<PolicyInput>) => {
    const asked = input(more)
    const result = policy.decide(asked)
    masks.apply({ input: asked, result: { ...result, reason: `${result.reason} denied` } })
  }
  const explain = explainErrors()
  const failed = new RpcStatusError(5, 'no')
  const places: Readonly<Record<string, (text: string) => unknown>> = {
    'the host of a request': (text) => isOwnHost(text, ['localhost']),
    'the subject of the proxy': (text) => identityOf(metadata(SUBJECT_HEADER, text)),
    'the roles of the proxy': (text) =>
      identityOf(Metadata.fromHttp2Headers({ [SUBJECT_HEADER]: 'alice', [ROLES_HEADER]: text })),
    'binary metadata': (text) => metadata('x-proof-bin', text),
    'the trace in a log': (text) => callerTrace(metadata('traceparent', text)),
    'the trace in a metric': (text) => sampledTraceOf(metadata('traceparent', text)),
    'the language of errors': (text) =>
      explain(failed, { metadata: metadata('accept-language', text) } as never),
    'the path for the authorizer': (text) =>
      toPolicyInput({ attributes: { request: { http: { path: text, headers: {} } } } } as never),
    'a header for the policy': (text) => decide({ headers: { 'x-any': [text] } }),
    'many headers for the policy': (text) =>
      decide({ headers: { 'x-acting-role': Array.from({ length: 100 }, () => text.slice(0, 580)) } }),
    'the scope of a token': (text) =>
      decide({ claims: { main: { sub: 'alice', roles: ['user'], scope: text } } }),
    'the subject of a token': (text) => decide({ claims: { main: { sub: text, roles: ['user'] } } }),
    'the roles of a token': (text) =>
      decide({ claims: { main: { sub: 'a', roles: text.match(/.{1,8}/gs) ?? [] } } }),
    'the type of a token': (text) => decide({ tokenHeaders: { main: { typ: text } } }),
    'the name in a certificate': (text) => decide({ source: { address: '', principal: text } }),
  }
  for (const [place, read] of Object.entries(places)) {
    await compare(t, place, LEAST_MS, read, { measure: async (work) => cpuMsOf(work) })
  }
})

t.test('S53: services drop binary metadata of more than 100 values, and keep the rest', (t) => {
  boundBinaryMetadata()
  const valuesOf = (value: string) => Metadata.fromHttp2Headers({ 'x-proof-bin': value, 'x-mine': 'a,b' })
  const list = (count: number) => Array<string>(count).fill('aGk=').join(',')
  t.equal(valuesOf(list(100)).get('x-proof-bin').length, 100)
  t.same(valuesOf(list(101)).getMap(), { 'x-mine': 'a,b' })
  t.equal(valuesOf('aGk=').get('x-proof-bin').length, 1)
  t.end()
})
