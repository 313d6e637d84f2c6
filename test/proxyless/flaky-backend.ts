// A backend that ends the first attempt of each call with UNAVAILABLE. A retried call says how many attempts came before it.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import { echoService } from '../../services/echo.ts'
import { addService, RpcStatusError } from '../../services/rpc/index.ts'
import type { World } from './world.ts'

/** https://github.com/grpc/proposal/blob/master/A6-client-retries.md#exposed-retry-metadata */
const ATTEMPTS = 'grpc-previous-rpc-attempts'

/** @param failing which attempts fail, by the number of attempts before them. @returns its address */
export async function startFlakyBackend(
  world: World,
  id: string,
  failing: (attemptsBefore: number) => boolean = (before) => before === 0,
): Promise<string> {
  const server = new Server()
  const echo = echoService(id)
  addService(server, EchoService, {
    ...echo,
    unary: (request, context) => {
      if (failing(Number(context.metadata.get(ATTEMPTS)[0] ?? 0)))
        throw new RpcStatusError(status.UNAVAILABLE, 'flaky')
      return echo.unary(request, context)
    },
  })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  world.teardown(() => server.forceShutdown())
  return `127.0.0.1:${port}`
}
