// The HTTP server by which the control plane of a testbed reads and sets its load.

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Check } from 'typebox/value'
import { TestbedLoadSettingSchema } from '../../api/schemas/testbed.ts'
import { createProgramServer, readJson } from '../../services/program-server.ts'
import type { SteadyLoad } from './steady-load.ts'

export interface LoadControl {
  /** For `--testbed` of the control plane. */
  readonly url: string
  /** The load, once there is something to call; until then, requests are answered with 404. */
  load?: SteadyLoad
}

const PATH = '/load'

/** Listens on loopback until `ending` aborts. It keeps no process alive. */
export async function startLoadControl(ending: AbortSignal): Promise<LoadControl> {
  const server = createProgramServer((request, response) => {
    answer(request, control.load).then(
      ({ status, body }) => send(response, status, body),
      (error: Error) => send(response, 400, { error: error.message }),
    )
  })
  server.unref()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const control: LoadControl = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}` }
  ending.addEventListener('abort', () => {
    control.load?.close()
    server.close()
    server.closeAllConnections()
  })
  return control
}

async function answer(
  request: IncomingMessage,
  load: SteadyLoad | undefined,
): Promise<{ readonly status: number; readonly body: object }> {
  if (request.url !== PATH || load === undefined) return { status: 404, body: { error: 'nothing to call' } }
  if (request.method === 'GET') return { status: 200, body: load.read() }
  if (request.method !== 'PUT') return { status: 405, body: { error: 'use GET or PUT' } }
  const setting: unknown = await readJson(request)
  if (Check(TestbedLoadSettingSchema, setting)) return { status: 200, body: load.set(setting) }
  return { status: 400, body: { error: 'not a setting of a load' } }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
