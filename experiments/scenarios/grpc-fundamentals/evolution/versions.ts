// The service in its five versions, as a client and a server of each version know it: descriptors at run time, no generated code.

import { fileURLToPath } from 'node:url'
import type { DescMessage, DescMethodUnary, DescService } from '@bufbuild/protobuf'
import { memoizeTexts } from '../../../../core/memo.ts'
import { buildByBuf } from '../../../../protobuf/buf.ts'
import { registryOf, requireMessage } from '../../../../protobuf/load-schema.ts'

export interface Version {
  /** Such as `v2`: its folder in `schemas/`. */
  readonly id: string
  /** What it changes in the one before. */
  readonly change: string
}

export const VERSIONS: readonly Version[] = [
  { id: 'v1', change: 'an order as it began' },
  { id: 'v2', change: 'added: field `note = 6`, enum value `RETURNED = 3`' },
  { id: 'v3', change: 'renamed: `customer = 2` to `customer_name = 2`, with `json_name`' },
  { id: 'v4', change: 'removed: `coupon = 4`, with `reserved`' },
  { id: 'v5', change: 'added: a `oneof`, and `optional discount_percent = 9`' },
]

/** What a program of a version works with. */
export interface Schema {
  readonly service: ShopService
  readonly order: DescMessage
}

/** The only method, which is unary. */
export type ShopService = DescService & {
  readonly method: { readonly placeOrder: DescMethodUnary }
}

export const folderOf = (id: string): string => fileURLToPath(new URL(`schemas/${id}`, import.meta.url))

/** Compiles the version by buf, once. @param id such as `v2` */
export const schemaOf: (id: string) => Schema = memoizeTexts(8, (id) => compileSchema(folderOf(id), id))

/** @throws SwitchyardError `invalid-argument` with what buf says */
export function compileSchema(folder: string, name: string): Schema {
  const registry = registryOf(buildByBuf(folder), name)
  const [service] = [...registry].filter((one) => one.kind === 'service')
  if (service === undefined) throw new Error(`${name} has no service`)
  return { service: service as ShopService, order: requireMessage(registry, 'shop.v1.Order') }
}
