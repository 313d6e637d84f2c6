// A hop as its own process: prints its address on stdout, and takes `behave JSON` and `records` on stdin.

import { promisify } from 'node:util'
import { HopService } from '@envoy/xds-protos/switchyard/hop/v1/hop_pb.js'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { Problem } from '../../core/errors.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { invalidFlags, parseFlags } from '../flags.ts'
import { addService } from '../rpc/index.ts'
import { EXIT_BAD_FLAGS, EXIT_FAILED, errorReporter, print, serveUntilStopped } from '../service-process.ts'
import { CAREFUL, type HopBehavior } from './behavior.ts'
import { Hop } from './hop-service.ts'

const reportError = errorReporter('hop')

async function main(args: readonly string[]): Promise<void> {
  const { id, listen = '127.0.0.1:0' } = parseFlags(args, {
    id: { type: 'string' },
    listen: { type: 'string' },
  })
  const problems: Problem[] = []
  if (!id) problems.push({ path: '--id', message: 'is missing; give the name of the hop, such as a' })
  if (problems.length > 0) throw invalidFlags(problems)
  const hop = new Hop()
  const server = new Server()
  addService(server, HopService, hop.handlers, (thrown) => console.error(thrown))
  const port = await promisify(server.bindAsync.bind(server))(listen, ServerCredentials.createInsecure())
  serveUntilStopped(
    (line) => obey(hop, line),
    async () => {
      hop.close()
      server.forceShutdown()
    },
  )
  print({ id, address: `${listen.slice(0, listen.lastIndexOf(':'))}:${port}` })
}

function obey(hop: Hop, line: string): void {
  const [name = '', ...rest] = line.trim().split(' ')
  if (name === 'records') {
    print({ records: hop.records() })
  } else if (name === 'behave') {
    const behavior: Partial<HopBehavior> = JSON.parse(rest.join(' '))
    hop.behave({ ...CAREFUL, ...behavior })
    print({ behaves: behavior })
  } else reportError(`"${line}" is not a command; give behave, records`)
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  reportError(error)
  process.exitCode = error.problems.length > 0 ? EXIT_BAD_FLAGS : EXIT_FAILED
})
