// Port reuse: whether several processes may listen on the port of a listener without an error.

import { Type } from 'typebox'
import { listenerSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/**
 * `reusePort` of a listener: `Listener.enable_reuse_port`. Envoy's own default is true. Each worker then has its own socket with
 * `SO_REUSEPORT`, and another process of the same user that sets this option too can listen on the port: the kernel silently
 * divides the connections. With false, all workers share one socket, and whoever comes second gets an error. Envoy NACKs a change of
 * this field for a listener that it already has.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener.proto
 */
export const reusePort = listenerSwitch({
  field: 'reusePort',
  schema: Type.Boolean({
    default: false,
    description: 'true for a socket for each worker, false for one that no other process can share',
    ...facts({ envoy: 'Listener.enable_reuse_port' }),
  }),
  appliesTo: ['envoy'],
  toListener: (enableReusePort) => ({ enableReusePort }),
})
