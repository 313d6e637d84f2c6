// From Envoy's CheckRequest to its CheckResponse, without a policy: the input, calls denied before the policy, the answer.

import { create } from '@bufbuild/protobuf'
import { CheckRequestSchema } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import t from 'tap'
import { toCheckResponse } from './check-response.ts'
import { type Decision, readDecision } from './decision.ts'
import { toPolicyInput } from './policy-input.ts'

const PATH = '/switchyard.echo.v1.EchoService/Unary'

function checkOf(path: string, headers: Readonly<Record<string, Uint8Array | string>> = {}) {
  const raw = Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) }))
  return create(CheckRequestSchema, {
    attributes: {
      source: {
        address: { address: { case: 'pipe', value: { path: '/run/a.sock' } } },
        principal: 'spiffe://switchyard/client',
      },
      request: { http: { path, headerMap: { headers: raw }, rawBody: new Uint8Array(7) } },
    },
  })
}

t.test('the input has the call and its caller', async (t) => {
  t.same(toPolicyInput(checkOf(PATH, { 'x-a': 'grün', constructor: 'x' })), {
    service: 'switchyard.echo.v1.EchoService',
    method: 'Unary',
    claims: {},
    tokenHeaders: {},
    headers: { 'x-a': ['grün'], constructor: ['x'] },
    source: { address: '/run/a.sock', principal: 'spiffe://switchyard/client' },
  })
})

t.test('the bytes of a complete body are counted', async (t) => {
  t.match(toPolicyInput(checkOf(PATH, { 'x-envoy-auth-partial-body': 'false' })), { body: { bytes: 7 } })
})

const UNREADABLE = {
  'a path with a query': checkOf(`${PATH}?a=b`),
  'a path that goes up': checkOf('/switchyard.echo.v1.EchoService/../Unary'),
  'a path with two slashes': checkOf(`/${PATH}`),
  'an encoded slash': checkOf('/switchyard.echo.v1.EchoService%2fUnary'),
  'no path': checkOf(''),
  'a header that is not UTF-8': checkOf(PATH, { 'x-a': Uint8Array.of(0xc3, 0x28) }),
  'a part of a body': checkOf(PATH, { 'x-envoy-auth-partial-body': 'true' }),
  'no attributes': create(CheckRequestSchema),
}
for (const [title, request] of Object.entries(UNREADABLE)) {
  t.test(`${title} is denied without evaluating the policy`, async (t) => {
    t.match(toPolicyInput(request), { denial: /./ })
  })
}

t.test('a complete permission allows the call', async (t) => {
  const result = { allowed: true, reason: '', headers: { 'x-auth-subject': 'alice' } }
  t.same(readDecision([{ result }]), result)
  t.same(readDecision([{ result: { allowed: true } }]), { allowed: true, reason: '', headers: {} })
})

const DENIALS = {
  undefined: [],
  'a string': 'yes',
  'a boolean': [{ result: true }],
  'only a text': [{ result: { allowed: 'true' } }],
  'a header without its prefix': [{ result: { allowed: true, headers: { authorization: 'x' } } }],
  'a header with a line break': [{ result: { allowed: true, headers: { 'x-auth-a': 'x\r\ny: z' } } }],
  'a header that is a number': [{ result: { allowed: true, headers: { 'x-auth-a': 1 } } }],
  'headers that are a list': [{ result: { allowed: true, headers: ['x-auth-a'] } }],
  'a denial without reason': [{ result: { allowed: false } }],
}
for (const [title, results] of Object.entries(DENIALS)) {
  t.test(`${title} denies the call, with a reason`, async (t) => {
    t.match(readDecision(results), { allowed: false, reason: /./, headers: {} })
  })
}

t.test('headers that the authorizer owns are set or removed, and no others', async (t) => {
  const allowed: Decision = { allowed: true, reason: '', headers: { 'x-auth-subject': 'alice' } }
  const { httpResponse } = toCheckResponse(allowed, ['x-auth-subject', 'x-auth-roles', 'x-user'])
  t.match(httpResponse, {
    case: 'okResponse',
    value: {
      headers: [{ header: { key: 'x-auth-subject', value: 'alice' } }],
      headersToRemove: ['x-auth-roles'],
    },
  })
})
