// Statuses of the key-value service, by what is stored in it.

import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { status } from '@grpc/grpc-js'
import type { RpcClient } from '../../../../services/rpc/index.ts'
import { type Cause, RETRY, type Scene } from './cause.ts'
import { type Outcome, outcomeOf } from './outcome.ts'

type Store = RpcClient<typeof KeyValueService>

/** Values that the disk will damage begin with it. */
const FRAGILE = 'fragile'

const bytes = (text: string) => new TextEncoder().encode(text)

/** Prepares keys of the way, and makes the call that counts. */
function onStore(use: (store: Store, scene: Scene) => Promise<Promise<unknown>[]>, server = 'store') {
  return ({ ...scene }: Scene): Promise<Outcome> =>
    scene.parts.with(KeyValueService, server, scene.way, async (store) => {
      const [call = Promise.resolve()] = await use(store, scene)
      return await outcomeOf(call)
    })
}

const service = { by: 'service' } as const

export const CAUSES_OF_STATE: readonly Cause[] = [
  {
    id: 'ok',
    code: status.OK,
    what: 'Get of a key that was put',
    ...service,
    retry: RETRY.unneeded,
    provoke: onStore(async (store, { way }) => {
      await store.put({ key: `ok/${way}`, value: bytes('one') })
      return [store.get({ key: `ok/${way}` })]
    }),
  },
  {
    id: 'invalid-argument',
    code: status.INVALID_ARGUMENT,
    what: 'Get of an empty key: wrong whatever is stored',
    ...service,
    retry: RETRY.never,
    provoke: onStore(async (store) => [store.get({ key: '' })]),
  },
  {
    id: 'not-found',
    code: status.NOT_FOUND,
    what: 'Get of a key that nobody has put',
    ...service,
    retry: RETRY.state,
    provoke: onStore(async (store) => [store.get({ key: 'nobody/has/put/it' })]),
  },
  {
    id: 'already-exists',
    code: status.ALREADY_EXISTS,
    what: 'Put with expected_version 0 of a key that exists',
    ...service,
    retry: RETRY.state,
    provoke: onStore(async (store, { way }) => {
      const key = `taken/${way}`
      await store.put({ key })
      return [store.put({ key, expectedVersion: 0n })]
    }),
  },
  {
    id: 'failed-precondition',
    code: status.FAILED_PRECONDITION,
    what: 'Put of a key whose prefix was sealed',
    ...service,
    retry: RETRY.state,
    provoke: onStore(async (store, { way }) => {
      await store.seal({ prefix: `sealed/${way}/` })
      return [store.put({ key: `sealed/${way}/a` })]
    }),
  },
  {
    id: 'aborted',
    code: status.ABORTED,
    what: 'two writers have read the same version; this one puts second',
    ...service,
    retry: RETRY.afterRead,
    provoke: onStore(async (store, { way }) => {
      const key = `raced/${way}`
      await store.put({ key })
      const [first, second] = await Promise.all([store.get({ key }), store.get({ key })])
      const putOn = (read: typeof first) =>
        store.put({ key, ...(read.entry && { expectedVersion: read.entry.version }) })
      await putOn(first)
      return [putOn(second)]
    }),
  },
  {
    id: 'out-of-range',
    code: status.OUT_OF_RANGE,
    what: 'ReadRange from behind the end of a value',
    ...service,
    retry: RETRY.state,
    provoke: onStore(async (store, { way }) => {
      const key = `short/${way}`
      await store.put({ key, value: bytes('12345') })
      return [store.readRange({ key, offset: 5 })]
    }),
  },
  {
    id: 'data-loss',
    code: status.DATA_LOSS,
    what: 'the disk has flipped a bit of the value: Get finds another checksum',
    ...service,
    retry: RETRY.bug,
    provoke: onStore(async (store, { way, parts }) => {
      const key = `damaged/${way}`
      await store.put({ key, value: bytes(`${FRAGILE} ${way}`) })
      await parts.damage(`${FRAGILE} ${way}`)
      return [store.get({ key })]
    }),
  },
  {
    id: 'quota',
    code: status.RESOURCE_EXHAUSTED,
    what: 'Put beyond the quota of writes',
    ...service,
    retry: RETRY.later,
    provoke: onStore(async (store) => {
      const put = () => store.put({ key: 'often' })
      const isOver = async () => (await outcomeOf(put())).code === status.RESOURCE_EXHAUSTED
      while (!(await isOver()));
      return [put()]
    }, 'limited'),
  },
]
