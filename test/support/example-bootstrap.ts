// The bootstrap that the pages of the examples give to their readers, for an Envoy of a test.

import { readFileSync } from 'node:fs'
import { createRegistry, fromJson } from '@bufbuild/protobuf'
import { type Bootstrap, BootstrapSchema } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { parse } from 'yaml'

const FILE = new URL('../../examples/envoy.yaml', import.meta.url)
const registry = createRegistry(HttpProtocolOptionsSchema)

/** Replaces all but the admin address of a bootstrap by that file. The xDS server is at `address`. */
export function asInExamples(address: string): (bootstrap: Bootstrap) => void {
  const text = readFileSync(FILE, 'utf8').replace(
    'port_value: 18000',
    `port_value: ${address.split(':').at(-1)}`,
  )
  return (bootstrap) => {
    const { admin } = bootstrap
    const given = fromJson(BootstrapSchema, parse(text), { registry })
    for (const field of BootstrapSchema.fields) Reflect.deleteProperty(bootstrap, field.localName)
    Object.assign(bootstrap, given, { admin })
  }
}
