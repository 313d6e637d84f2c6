// A gRPC server in Node, as a program. With --xds a control plane configures its listener: TLS, who may call, and when it drains.

import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { register, XdsServer, XdsServerCredentials } from '@grpc/grpc-js-xds'
import { HealthImplementation } from 'grpc-health-check'
import { ECHO_SERVICE, echoDefinition, echoHandlers } from './echo-service.ts'

const USAGE = 'main.ts --listen HOST:PORT --name b1 [--xds] [--max-connection-age-ms N]'

/** How long calls under way may take to end. */
const GRACE_MS = 2_000

async function main(): Promise<void> {
  const { listen, name, xds, maxConnectionAgeMs } = readFlags()
  const options = maxConnectionAgeMs === undefined ? {} : { 'grpc.max_connection_age_ms': maxConnectionAgeMs }
  register()
  const server = xds ? new XdsServer(options) : new Server(options)
  server.addService(echoDefinition, echoHandlers(name))
  const health = new HealthImplementation({ '': 'SERVING', [ECHO_SERVICE]: 'SERVING' })
  health.addToServer(server)

  const insecure = ServerCredentials.createInsecure()
  const credentials = xds ? new XdsServerCredentials(insecure) : insecure
  // An xDS server calls back when the control plane has sent its listener, however long that takes.
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(listen, credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  console.log(JSON.stringify({ listening: listen.replace(/:\d+$/, `:${port}`) }))

  const setHealth = (status: 'SERVING' | 'NOT_SERVING') => {
    for (const service of ['', ECHO_SERVICE]) health.setStatus(service, status)
  }
  const end = () => {
    setHealth('NOT_SERVING')
    server.tryShutdown(() => process.exit(0))
    setTimeout(() => process.exit(0), GRACE_MS)
  }
  process.on('SIGTERM', end)
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    setHealth(line === 'not-serving' ? 'NOT_SERVING' : 'SERVING')
    console.log(JSON.stringify({ health: line }))
  })
  // The end of the parent closes the standard input.
  lines.on('close', end)
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string' },
      name: { type: 'string' },
      xds: { type: 'boolean', default: false },
      'max-connection-age-ms': { type: 'string' },
    },
  })
  const { listen, name, xds, 'max-connection-age-ms': age } = values
  if (listen === undefined || name === undefined) throw new Error(`usage: ${USAGE}`)
  return { listen, name, xds, maxConnectionAgeMs: age === undefined ? undefined : Number(age) }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(2)
})
