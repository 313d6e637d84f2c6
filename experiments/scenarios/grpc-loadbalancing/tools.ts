// Programs of the ways, whose versions belong to the figures.

import type { Tools } from '../../../harness/scenario.ts'

/** The gRPC of the clients in Python and Go is pinned by `services/clients/`, so that the commit says it. */
export const TOOLS: Tools = {
  NGINX: ['nginx', '-v'],
  HAProxy: ['haproxy', '-v'],
  nftables: ['nft', '--version'],
  Python: ['python3', '--version'],
  Go: ['go', 'version'],
}
