// The echo service by connect as a process: prints its address on stdout, and ends when stdin closes or on a signal.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { echoService } from '../echo.ts'
import { invalidFlags, parseFlags } from '../flags.ts'
import { EXIT_BAD_FLAGS, EXIT_FAILED, errorReporter, print, serveUntilStopped } from '../service-process.ts'
import { startConnectServer } from './connect-server.ts'
import { addConnectService } from './connect-service.ts'

const reportError = errorReporter('connect server')

async function main(args: readonly string[]): Promise<void> {
  const { id, origin = [] } = parseFlags(args, {
    id: { type: 'string' },
    origin: { type: 'string', multiple: true },
  })
  if (id === undefined) {
    throw invalidFlags([{ path: '--id', message: 'is missing; give the id that answers carry, such as b1' }])
  }
  const server = await startConnectServer({
    routes: (router) => addConnectService(router, EchoService, echoService(id)),
    origins: origin,
  })
  serveUntilStopped(
    (line) => reportError(`"${line}" is not a command; close stdin to end it`),
    () => server.close(),
  )
  print({ id, address: server.address })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  reportError(error)
  process.exitCode = error.problems.length > 0 ? EXIT_BAD_FLAGS : EXIT_FAILED
})
