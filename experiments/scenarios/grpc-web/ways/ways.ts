// All ways from a browser to a gRPC service.

import { connect } from './connect.ts'
import { envoy } from './envoy.ts'
import { goProxy } from './go-proxy.ts'
import { nodeProxy } from './node-proxy.ts'
import type { Way } from './way.ts'

/** In the order of tables. */
export const WAYS: readonly Way[] = [envoy, goProxy, nodeProxy, connect]
