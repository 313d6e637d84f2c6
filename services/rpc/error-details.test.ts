// Details of errors: from a handler, through the trailers, to the client.

import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack, DurationSchema } from '@bufbuild/protobuf/wkt'
import {
  BadRequestSchema,
  DebugInfoSchema,
  ErrorInfoSchema,
  HelpSchema,
  LocalizedMessageSchema,
  PreconditionFailureSchema,
  QuotaFailureSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { echoPair } from '../../test/support/echo-pair.ts'
import {
  DETAILS_TRAILER,
  detailOf,
  detailsOf,
  type ErrorDetail,
  RpcStatusError,
  richError,
  withDetails,
} from './index.ts'

const ALL: readonly ErrorDetail[] = [
  create(BadRequestSchema, { fieldViolations: [{ field: 'key', description: 'is empty' }] }),
  create(DebugInfoSchema, { stackEntries: ['at put'], detail: 'disk full' }),
  create(ErrorInfoSchema, { reason: 'FULL', domain: 'kv.switchyard', metadata: { disk: 'd1' } }),
  create(HelpSchema, { links: [{ description: 'quotas', url: 'https://example.test/quotas' }] }),
  create(LocalizedMessageSchema, { locale: 'de', message: 'Voll' }),
  create(PreconditionFailureSchema, { violations: [{ type: 'SEALED', subject: 'a/', description: 'x' }] }),
  create(QuotaFailureSchema, { violations: [{ subject: 'writes', description: '3 a second' }] }),
  create(RequestInfoSchema, { requestId: 'r1' }),
  create(ResourceInfoSchema, { resourceType: 'entry', resourceName: 'a', description: 'missing' }),
  create(RetryInfoSchema, { retryDelay: { seconds: 1n } }),
]

t.test('O1.9: a client reads each of the ten details that a handler has sent', async (t) => {
  const client = await echoPair(t, {
    async unary() {
      throw richError(status.RESOURCE_EXHAUSTED, 'full', ALL)
    },
  })
  const error: unknown = await client.unary({}).catch((rejected: unknown) => rejected)
  if (!(error instanceof RpcStatusError)) return t.fail('it is an RpcStatusError')
  t.match(error, { code: status.RESOURCE_EXHAUSTED, message: 'full' })
  t.strictSame(detailsOf(error), ALL)
  t.equal(detailOf(error, 'google.rpc.RetryInfo')?.retryDelay?.seconds, 1n)
})

t.test('details are added behind those that an error has, and its other trailers stay', (t) => {
  const metadata = new Metadata()
  metadata.set('retry-in', '3')
  const [first, second] = [ALL.slice(0, 1), ALL.slice(1, 2)]
  const plain = new RpcStatusError(status.ABORTED, 'no', { metadata })
  t.equal(withDetails(plain, []), plain)
  const rich = withDetails(withDetails(plain, first), second)
  t.strictSame(detailsOf(rich), [...first, ...second])
  t.strictSame(rich.metadata.get('retry-in'), ['3'])
  t.strictSame(detailsOf(plain), [])
  t.equal(detailOf(plain, 'google.rpc.RetryInfo'), undefined)
  t.end()
})

t.test('a trailer that is no google.rpc.Status gives no details, and an unknown type is left out', (t) => {
  const errorWith = (bytes: Uint8Array) => {
    const metadata = new Metadata()
    metadata.set(DETAILS_TRAILER, Buffer.from(bytes))
    return { metadata }
  }
  t.strictSame(detailsOf(errorWith(Uint8Array.of(0xff, 0xff))), [])
  const [known] = ALL
  const foreign = anyPack(DurationSchema, create(DurationSchema, { seconds: 1n }))
  const broken = { typeUrl: 'type.googleapis.com/google.rpc.Help', value: Uint8Array.of(0xff) }
  const packed = known && anyPack(BadRequestSchema, create(BadRequestSchema, known as never))
  const details = [foreign, broken, ...(packed ? [packed] : [])]
  const bytes = toBinary(StatusSchema, create(StatusSchema, { code: 3, details }))
  t.strictSame(detailsOf(errorWith(bytes)), [known])
  t.end()
})
