// 60 KB of text from callers and nodes: every pattern and loop that reads it takes linear time.

import { create } from '@bufbuild/protobuf'
import { CheckRequestSchema } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { Metadata } from '@grpc/grpc-js'
import t from 'tap'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { describeNacks } from '../../control-plane/rollout/nacks.ts'
import { identityOf } from '../../services/auth/server-interceptors.ts'
import { compilePolicy } from '../../services/authorizer/policy.ts'
import { toPolicyInput } from '../../services/authorizer/policy-input.ts'
import { readPolicyFolder } from '../../services/authorizer/policy-location.ts'
import { readTokenRequest } from '../../services/issuer/token-request.ts'
import { CLUSTER, type NodeStatus } from '../../xds-server/index.ts'
import { cpuMsOf } from '../support/process-cost.ts'

const LENGTH = 60_000
/** A quadratic pattern takes about ten thousand times as long for such a text as a linear one. */
const MOST_TIMES_AS_SLOW = 200
/** Shorter times are not compared: clock resolution and garbage collection would decide. */
const QUICK_MS = 20

const UNITS = ['.', ' ', ',', ', ', '/', '=', '-', ':', '"', '\\', 'a.', 'a/', 'a ', '[', '../']
const HOSTILE = UNITS.flatMap((unit) =>
  ['!', 'b'].map((end) => ({ unit, end, text: `a${unit.repeat(LENGTH / unit.length)}${end}` })),
)
const HONEST = 'a'.repeat(LENGTH)

const policy = await compilePolicy(await readPolicyFolder('policies/authz'))

function checkOf(path: string, header = '') {
  const headers = [{ key: 'x-acting-role', rawValue: Buffer.from(header) }]
  return create(CheckRequestSchema, { attributes: { request: { http: { path, headerMap: { headers } } } } })
}

function decideOn(claims: object, headers: Readonly<Record<string, readonly string[]>>) {
  const source = { address: '127.0.0.1', principal: '' }
  const call = { service: 'switchyard.kv.v1.KeyValueService', method: 'Put' }
  policy.decide({ ...call, claims: { main: { ...claims } }, tokenHeaders: {}, headers, source })
}

function nodeThatSays(message: string): NodeStatus {
  const nack = { version: '1', nonce: '1', code: 13, message, names: ['echo', 'other'] }
  const types = { [CLUSTER]: { state: 'NACKED', wildcard: true, names: 0, nack } }
  return { id: 'edge-1', group: 'edge', connected: true, state: 'NACKED', streams: [], types } as NodeStatus
}

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'the path of a call, in the authorizer': (text) => toPolicyInput(checkOf(`/${text}`)),
  'a header of a call, in the authorizer': (text) => toPolicyInput(checkOf('/a/b', text)),
  'a header of a call, in the policy': (text) => decideOn({ roles: ['user'] }, { 'x-acting-role': [text] }),
  'a scope, in the policy': (text) => decideOn({ roles: ['admin'], scope: text }, {}),
  'roles, in the interceptor of a service': (text) =>
    identityOf(Metadata.fromHttp2Headers({ 'x-auth-subject': 'alice', 'x-auth-roles': text })),
  'a request for a token': (text) => readTokenRequest({ subject: text, audience: text, lifetime: 60 }),
  'the text of a NACK': (text) => describeNacks([nodeThatSays(text)], new Map()),
  'names and values of a document': (text) =>
    validateConfig({
      version: 1,
      upstreams: { [text]: { endpoints: { b1: { address: text } } } },
      fleets: {},
    }),
}

function quickest(read: (text: string) => unknown, text: string): number {
  const times = [1, 2, 3].map(() =>
    cpuMsOf(() => {
      try {
        read(text)
      } catch {
        // Other tests check whether it is accepted or rejected.
      }
    }),
  )
  return Math.min(...times)
}

for (const [title, read] of Object.entries(READERS)) {
  t.test(`S53: ${title} is read in linear time`, async (t) => {
    const honest = quickest(read, HONEST)
    for (const { unit, end, text } of HOSTILE) {
      const ms = quickest(read, text)
      const figures = `${ms.toFixed(1)} ms of CPU, where letters take ${honest.toFixed(1)} ms`
      t.ok(
        ms < Math.max(QUICK_MS, MOST_TIMES_AS_SLOW * honest),
        `${JSON.stringify(unit)} before ${end}: ${figures}`,
      )
    }
  })
}
