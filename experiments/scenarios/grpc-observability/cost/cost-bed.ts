// The testbed of the cost: an Envoy and a backend for each way to observe, side by side, and one load generator.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../../../core/errors.ts'
import type { SharedContext } from '../../../../harness/scenario.ts'
import { freePort } from '../../../../processes/free-port.ts'
import { type BackendOptions, type RunningBackend, startBackend } from '../../../../testbed/backend.ts'
import { type Loader, startLoader } from '../../../../testbed/loader/start-loader.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../../../../testbed/otlp/receiver.ts'
import type { PartProcess } from '../../../../testbed/parts.ts'
import { startTestbed, type TestbedNode } from '../../../../testbed/testbed.ts'
import { untilActive } from '../../../../testbed/until-active.ts'
import { FLEETS, MODES, type Mode, type ModeId } from './modes.ts'

export interface CostBed {
  readonly loader: Loader
  readonly collector: OtlpReceiver
  nodeOf(mode: Mode): TestbedNode
  backendOf(mode: Mode): RunningBackend & PartProcess
  /** By which Envoy chooses the backend. */
  authorityOf(mode: Mode): string
  /** The file that the mode writes. */
  logOf(mode: Mode): string | undefined
}

/** Call it as a shared part: it ends with the scenario. */
export async function startCostBed({ group, folder }: SharedContext): Promise<CostBed> {
  const collector = await startOtlpReceiver()
  group.ending.addEventListener('abort', () => void collector.close())
  const logs = { 'call-log': join(folder, 'calls.log'), 'payload-log': join(folder, 'payloads.log') }
  const accessLog = join(folder, 'envoy.log')
  const traced = { traced: { service: 'service', collector: collector.address } }
  const optionsOf: Readonly<Partial<Record<ModeId, Partial<BackendOptions>>>> = {
    metrics: { metrics: '127.0.0.1:0' },
    'traces-1': traced,
    'traces-100': traced,
    'call-log': { log: { to: logs['call-log'] } },
    'payload-log': { log: { to: logs['payload-log'], payloadPercent: 100 } },
  }
  const started = await Promise.all(
    MODES.map(async ({ id }) => {
      const options = { id, listen: '127.0.0.1:0', ...optionsOf[id] }
      return [id, await startBackend(group, folder, options)] as const
    }),
  )
  const backends = new Map(started)
  const configFile = join(folder, 'document.yaml')
  const document = documentOf(await freePort(), backends, { collector: collector.address, accessLog })
  await writeFile(configFile, stringify(document))
  const testbed = await startTestbed(group, {
    ...{ folder: join(folder, 'testbed'), configFile, backends: 0 },
    fleets: new Map(FLEETS.map((name) => [name, 1])),
  })
  await untilActive(testbed)
  const loader = await startLoader(group)
  return {
    loader,
    collector,
    nodeOf: ({ fleet }) => found(testbed.fleets.get(fleet)?.[0], fleet),
    backendOf: ({ id }) => found(backends.get(id), id),
    authorityOf: ({ id }) => hostOf(id),
    logOf: ({ id }) =>
      id === 'access-log' ? accessLog : id === 'call-log' || id === 'payload-log' ? logs[id] : undefined,
  }
}

function found<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new SwitchyardError('internal', `the testbed has no ${name}`)
  return part
}

const hostOf = (mode: ModeId) => `${mode}.test`

function documentOf(
  port: number,
  backends: ReadonlyMap<ModeId, { readonly address: string }>,
  { collector, accessLog }: { readonly collector: string; readonly accessLog: string },
) {
  const upstream = (address: string) => ({ endpoints: { e1: { address } } })
  const tracing = (service: string, sampling: number) => ({
    tracing: { enabled: true, upstream: 'collector', sampling, service },
  })
  const observed: Readonly<Record<string, object>> = {
    metrics: { filters: { grpcStats: { enabled: true } } },
    'traces-1': tracing('traces-1', 1),
    'traces-100': tracing('traces-100', 100),
    'access-log': { accessLog: { enabled: true, file: { path: accessLog } } },
  }
  return {
    version: 1,
    upstreams: {
      collector: upstream(collector),
      ...Object.fromEntries([...backends].map(([id, { address }]) => [id, upstream(address)])),
    },
    routes: Object.fromEntries(
      MODES.map(({ id }) => [id, { hosts: [hostOf(id)], rules: { all: { match: {}, to: { [id]: 1 } } } }]),
    ),
    fleets: Object.fromEntries(
      FLEETS.map((name) => [
        name,
        {
          kind: 'envoy',
          lb: { mode: 'l7', policy: 'round_robin' },
          listeners: { main: { port, l4: { upstream: 'none' }, l7: { routes: routesOf(name) } } },
          ...observed[name],
        },
      ]),
    ),
  }
}

/** Only those of its modes: more would cost something, though little. */
function routesOf(fleet: string): readonly string[] {
  return MODES.filter((mode) => mode.fleet === fleet).map(({ id }) => id)
}
