// Faults of a server that the model must find: without them, nobody knows what its histories look at.

import t from 'tap'
import {
  CLUSTER,
  EXTENSION_CONFIG,
  ROUTE,
  RUNTIME,
  VIRTUAL_HOST,
} from '../../../xds-server/snapshot/resource-type.ts'
import { isHeartbeatNonce } from '../../../xds-server/streams/heartbeat.ts'
import type { Step } from '../../../xds-server/streams/stream.ts'
import type { Response } from '../../../xds-server/type-state/responses.ts'
import type { Fault } from './memory-link.ts'
import { historiesOf, runHistory } from './run-history.ts'
import type { Types } from './world.ts'

/** A seed that finds each of the faults soon. */
const SEED = 4
const HISTORIES = 100

/** The responses of each step, changed. */
function changed(change: (response: Response) => Response | undefined): Fault {
  return (step) => ({ ...step, send: step.send.flatMap((response) => change(response) ?? []) })
}

const ofType = (typeUrl: string, change: (response: Response) => Response | undefined) =>
  changed((response) => (response.typeUrl === typeUrl ? change(response) : response))

const withoutRemoved = (response: Response): Response => ({ ...response, removed: [] })

const isMember = (name: string) => name.startsWith('xdstp://')

/** What is wrong, what of it the model says, and the fault. */
const FAULTS: readonly (readonly [title: string, found: RegExp, fault: Fault, types?: Types])[] = [
  [
    'a member of a glob collection stays when it is gone',
    /pool\/.*" should be gone/,
    ofType(CLUSTER, (response) => ({
      ...response,
      removed: response.removed.filter((name) => !isMember(name)),
    })),
  ],
  [
    'a new member of a glob collection is not sent',
    /pool\/.*" is missing/,
    ofType(CLUSTER, (response) => {
      const resources = response.resources.filter(({ name }) => !isMember(name))
      return { ...response, resources: Object.assign(resources, { shared: true }) as never }
    }),
  ],
  [
    'virtual hosts do not follow their route configuration',
    /virtual host "\w\/\*" was never answered|VirtualHost "\w\/\w+" is missing/,
    (step: Step) => {
      const isSent = step.send.some(({ typeUrl }) => typeUrl === ROUTE)
      return isSent ? { ...step, send: step.send.filter(({ typeUrl }) => typeUrl !== VIRTUAL_HOST) } : step
    },
  ],
  [
    'a host that does not exist is not answered',
    /virtual host "\w\/\w" was never answered/,
    ofType(VIRTUAL_HOST, (response) => (response.isWithoutContent ? undefined : response)),
  ],
  [
    'the answer to a host lacks its alias',
    /virtual host "\w\/\w" (was never answered|is not answered by)|X31/,
    ofType(VIRTUAL_HOST, ({ aliases, ...response }) => response),
  ],
  [
    'a configuration of a filter is not sent',
    /TypedExtensionConfig "\w" is missing/,
    ofType(EXTENSION_CONFIG, () => undefined),
  ],
  ['a runtime layer stays when it is gone', /Runtime "\w" should be gone/, ofType(RUNTIME, withoutRemoved)],
  [
    'a runtime layer is not emptied in SotW',
    /layer "\w" should be empty/,
    ofType(RUNTIME, (response) => {
      const resources = response.resources.filter(({ value }) => value.length > 3)
      return { ...response, resources: resources as never }
    }),
  ],
  [
    'what may have expired is not sent anew',
    / is missing/,
    (step, { kind }) =>
      kind === 'heartbeat'
        ? { ...step, send: step.send.filter(({ nonce }) => isHeartbeatNonce(nonce)) }
        : step,
  ],
  [
    'a heartbeat leaves something out that the client then loses',
    /X58: the client loses/,
    changed((response) =>
      isHeartbeatNonce(response.nonce)
        ? { ...response, resources: response.resources.slice(0, 1) as never }
        : response,
    ),
  ],
  [
    'a push does not wait on a stream that is to end',
    /X81: .* is pushed on a stream that is to end/,
    (step) => ({ ...step, state: { ...step.state, endsAt: undefined } }),
    'aged',
  ],
]

for (const [title, found, fault, types = 'all'] of FAULTS) {
  t.test(`the model finds it: ${title}`, async (t) => {
    const seen = new Set<string>()
    for (const history of historiesOf(SEED, HISTORIES, types)) {
      const message = await runHistory(history, types, fault)
      if (message === undefined) continue
      if (found.test(message)) return t.pass(message)
      seen.add(message)
    }
    t.fail(`not found in ${HISTORIES} histories`, { seen: [...seen] })
  })
}
