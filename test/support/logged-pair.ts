// A server with the test's handlers and a client of it, and the lines that both log.

import { promisify } from 'node:util'
import type { DescService } from '@bufbuild/protobuf'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { Test } from 'tap'
import { Check, Errors } from 'typebox/value'
import { type LogLine, LogLineSchema } from '../../core/log-line.ts'
import { createCallLog, type PayloadOptions } from '../../services/logging/call-log.ts'
import { logClientCalls } from '../../services/logging/client-calls.ts'
import { notingCauses } from '../../services/logging/error-fields.ts'
import { createLogger } from '../../services/logging/logger.ts'
import { logServerCalls } from '../../services/logging/server-calls.ts'
import {
  addService,
  createClient,
  type Explain,
  type Implementation,
  type RpcClient,
} from '../../services/rpc/index.ts'

export interface LoggedPair<S extends DescService> {
  readonly client: RpcClient<S>
  /** The same without a log. */
  readonly silent: RpcClient<S>
  /** So far, in their order. */
  lines(filter: Partial<LogLine>): readonly LogLine[]
  /** All of them as they were written. */
  text(): string
  /** Resolves with the next line of a call that one side has ended. */
  nextCall(role: LogLine['role']): Promise<LogLine>
}

/** Every line is checked against its schema. */
export async function loggedPair<S extends DescService>(
  t: Test,
  service: S,
  handlers: Partial<Implementation<S>>,
  options: { readonly payloads?: PayloadOptions; readonly explain?: Explain } = {},
): Promise<LoggedPair<S>> {
  const written: string[] = []
  const read: LogLine[] = []
  const waiting = new Map<LogLine['role'], (line: LogLine) => void>()
  const out = {
    write(text: string) {
      written.push(text)
      const line: unknown = JSON.parse(text)
      if (!Check(LogLineSchema, line))
        return t.fail('a line breaks the schema', { line, problems: Errors(LogLineSchema, line) })
      read.push(line)
      if (line.event === 'call') waiting.get(line.role)?.(line)
    },
  }
  const logOf = (role: 'client' | 'server', node: string) =>
    createCallLog({
      logger: createLogger({ role, node }, out),
      services: [service],
      ...(options.payloads && { payloads: options.payloads }),
    })
  const server = new Server({ interceptors: [logServerCalls(logOf('server', 's1'))] })
  addService(server, service, handlers, () => {}, notingCauses(options.explain))
  const port = await promisify(server.bindAsync.bind(server))(
    '127.0.0.1:0',
    ServerCredentials.createInsecure(),
  )
  const address = `127.0.0.1:${port}`
  const client = createClient(service, address, {
    options: { interceptors: [logClientCalls(logOf('client', 'c1'))] },
  })
  const silent = createClient(service, address)
  t.teardown(() => {
    client.close()
    silent.close()
    server.forceShutdown()
  })
  return {
    client,
    silent,
    lines: (filter) =>
      read.filter((line) =>
        Object.entries(filter).every(([name, value]) => line[name as keyof LogLine] === value),
      ),
    text: () => written.join(''),
    nextCall: (role) => new Promise((resolve) => waiting.set(role, resolve)),
  }
}
