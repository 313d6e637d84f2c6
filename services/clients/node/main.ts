// A gRPC client in Node, as a program: it calls the echo service when its control port asks for it.

import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { addAdminServicesToServer, connectivityState, Server, ServerCredentials } from '@grpc/grpc-js'
import { serveControl } from './control-server.ts'
import { createEchoClient } from './echo-client.ts'
import { registerFileResolver } from './file-resolver.ts'

const USAGE =
  'main.ts --target xds:///echo [--control HOST:PORT] [--credentials insecure|xds] [--service-config JSON] [--option NAME=VALUE]…'

const require = createRequire(import.meta.url)
const versionOf = (name: string) => `${name.split('/').at(-1)} ${require(`${name}/package.json`).version}`
const GRPC = ['@grpc/grpc-js', '@grpc/grpc-js-xds'].map(versionOf).join(', ')

async function main(): Promise<void> {
  const { target, control, credentials, serviceConfig, options } = readFlags()
  const channel = { ...(serviceConfig !== undefined && { 'grpc.service_config': serviceConfig }), ...options }
  registerFileResolver()
  const client = createEchoClient(target, credentials, channel)
  // Without the option, channels with the same target and options share connections.
  const openClient = () =>
    createEchoClient(target, credentials, { 'grpc.use_local_subchannel_pool': 1, ...channel })

  // Connects now. Without it, the channel would ask the control plane with the first call.
  client.getChannel().getConnectivityState(true)
  const state = () => ({
    target,
    connectivity: connectivityState[client.getChannel().getConnectivityState(false)],
    grpc: GRPC,
  })
  const address = await serveControl({ ...control, client, openClient, state })
  console.log(JSON.stringify({ control: address, admin: await serveAdmin(control.host) }))
}

/** Serves CSDS and channelz: `grpcdebug` and the control plane read from it what this client was sent. */
async function serveAdmin(host: string): Promise<string> {
  const server = new Server()
  addAdminServicesToServer(server)
  return await new Promise((resolve, reject) => {
    server.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`${host}:${port}`),
    )
  })
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      target: { type: 'string' },
      control: { type: 'string', default: '127.0.0.1:0' },
      credentials: { type: 'string', default: 'insecure' },
      'service-config': { type: 'string' },
      option: { type: 'string', multiple: true, default: [] },
    },
  })
  const { target, control, credentials, 'service-config': serviceConfig } = values
  const [, host, port] = /^(.+):(\d+)$/.exec(control) ?? []
  const isKnown = credentials === 'insecure' || credentials === 'xds'
  if (target === undefined || host === undefined || !isKnown) throw new Error(`usage: ${USAGE}`)
  const options = Object.fromEntries(values.option.map(readOption))
  return { target, control: { host, port: Number(port) }, credentials, serviceConfig, options } as const
}

/** Whole numbers are numbers, as grpc-js wants them. */
function readOption(text: string): [string, string | number] {
  const [name = '', ...rest] = text.split('=')
  const value = rest.join('=')
  return [name, /^\d+$/.test(value) ? Number(value) : value]
}

// The end of the parent closes the standard input.
process.stdin.resume().on('end', () => process.exit(0))
process.on('SIGTERM', () => process.exit(0))

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(2)
})
