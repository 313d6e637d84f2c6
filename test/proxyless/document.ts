// The documents of the rows: one fleet of proxyless clients with one listener, and what differs between rows.

import type { MatrixClient } from './matrix-client.ts'

/** The name of the fleet, and so `node.cluster` of its clients. */
export const FLEET = 'clients'
/** The name that clients dial: `xds:///echo`. */
export const LISTENER = 'echo'

export interface Served {
  readonly upstreams: Readonly<Record<string, unknown>>
  /** The rules of the only route. Default: every call goes to the first upstream. */
  readonly rules?: Readonly<Record<string, unknown>>
  /** Default: round robin. */
  readonly lb?: object
  /** Further fields of the fleet, such as `filters`. */
  readonly fleet?: object
  /** Further maps of the document, such as `secrets` or further fleets. */
  readonly document?: object
  /** Default: one listener, "echo". */
  readonly listeners?: object
}

/** A whole document, as a person would write it. */
export function documentOf(client: MatrixClient, served: Served): object {
  const { upstreams, rules, lb, fleet, document, listeners } = served
  const [first = ''] = Object.keys(upstreams)
  return {
    version: 1,
    upstreams,
    routes: { public: { hosts: ['*'], rules: rules ?? { all: { match: {}, to: { [first]: 1 } } } } },
    ...document,
    fleets: {
      [FLEET]: {
        kind: 'proxyless',
        clients: [client],
        lb: { policy: 'round_robin', ...lb },
        listeners: listeners ?? { [LISTENER]: { l7: { routes: 'public' } } },
        ...fleet,
      },
      ...(document as { fleets?: object } | undefined)?.fleets,
    },
  }
}
