// A server under test for the conformance suite: reads what the suite wants of it from stdin, and says on stdout where it is.
// https://github.com/connectrpc/conformance/blob/main/docs/testing_servers.md

import { readFile } from 'node:fs/promises'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Server } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'
import { startConnectServer } from '../connect/connect-server.ts'
import { addConnectService } from '../connect/connect-service.ts'
import { DrainingListener } from '../draining-listener.ts'
import { invalidFlags, parseFlags } from '../flags.ts'
import { readListen } from '../listen-flag.ts'
import { addService } from '../rpc/index.ts'
import { EXIT_BAD_FLAGS, EXIT_FAILED, errorReporter } from '../service-process.ts'
import { conformanceService } from './conformance-service.ts'
import { type Descriptors, readDescriptors } from './descriptors.ts'

const LENGTH_BYTES = 4

async function main(args: readonly string[]): Promise<void> {
  const flags = parseFlags(args, {
    descriptors: { type: 'string' },
    listen: { type: 'string', default: '127.0.0.1:0' },
    'reach-by': { type: 'string' },
    server: { type: 'string', default: 'grpc' },
  })
  if (flags.descriptors === undefined) {
    throw invalidFlags([
      { path: '--descriptors', message: 'is missing; give the file of a FileDescriptorSet' },
    ])
  }
  const descriptors = readDescriptors(await readFile(flags.descriptors))
  const { messageReceiveLimit } = await readRequest(descriptors)
  const start = flags.server === 'connect' ? serveByConnect : serveByGrpc
  const { address, close } = await start(descriptors, flags.listen, messageReceiveLimit)
  const [host = '', port] = (flags['reach-by'] ?? address).split(':')
  const response = descriptors.message('ServerCompatResponse')
  writeMessage(toBinary(response, create(response, { host, port: Number(port) } as never)))
  process.on('SIGTERM', () => void close().then(() => process.exit(0)))
}

interface Serving {
  /** `HOST:PORT` */
  readonly address: string
  close(): Promise<void>
}

async function serveByGrpc(descriptors: Descriptors, listen: string, limit: number): Promise<Serving> {
  const server = new Server({ 'grpc.max_receive_message_length': limit || -1 })
  addService(server, descriptors.service('ConformanceService'), conformanceService(descriptors) as never)
  const listener = new DrainingListener(server)
  const address = await listener.listen(readListen(listen, []))
  return { address, close: () => listener.close(0) }
}

function serveByConnect(descriptors: Descriptors, _listen: string, limit: number): Promise<Serving> {
  const service = descriptors.service('ConformanceService')
  return startConnectServer({
    routes: (router) => addConnectService(router, service, conformanceService(descriptors) as never),
    ...(limit > 0 && { maxMessageBytes: limit }),
  })
}

interface ServerRequest {
  readonly messageReceiveLimit: number
}

async function readRequest(descriptors: Descriptors): Promise<ServerRequest> {
  let bytes = Buffer.alloc(0)
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, piece])
    if (bytes.length < LENGTH_BYTES) continue
    const end = LENGTH_BYTES + bytes.readUInt32BE(0)
    if (bytes.length < end) continue
    const message: unknown = fromBinary(
      descriptors.message('ServerCompatRequest'),
      bytes.subarray(LENGTH_BYTES, end),
    )
    return message as ServerRequest
  }
  throw new SwitchyardError('invalid-argument', 'stdin ended before the request of the suite')
}

function writeMessage(bytes: Uint8Array): void {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(bytes.byteLength)
  process.stdout.write(Buffer.concat([length, bytes]))
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  errorReporter('conformance server')(error)
  process.exit(error.problems.length > 0 ? EXIT_BAD_FLAGS : EXIT_FAILED)
})
