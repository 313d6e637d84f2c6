// The server of the stories: a grpc-js server whose handler is the one of the story under way.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import {
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { MAX_MESSAGE_BYTES, serviceDefinition } from '../../../../services/rpc/index.ts'
import { Recording } from './moment.ts'
import { recordingClient, recordingServer } from './recording-interceptors.ts'
import type { Channel, Handlers, Story } from './story.ts'

export class StoryServer {
  /** `HOST:PORT` */
  readonly address: string
  readonly #server: Server
  readonly #stage: Stage

  private constructor(server: Server, stage: Stage, address: string) {
    this.#server = server
    this.#stage = stage
    this.address = address
  }

  static async start(): Promise<StoryServer> {
    const stage: Stage = { handlers: {} }
    const interceptors: ServerInterceptor[] = [recordingServer(() => stage.recording)]
    const options = { interceptors, 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES }
    const server = new Server(options)
    server.addService(serviceDefinition(EchoService), handlersOf(stage))
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      )
    })
    return new StoryServer(server, stage, `127.0.0.1:${port}`)
  }

  /** Makes the call of a story, and waits until both sides know that it is over. */
  async tell({ handler, client }: Pick<Story, 'handler' | 'client'>, channel: Channel): Promise<Recording> {
    // A call before it opens the connection, and one after it comes back when all that was sent before has arrived.
    await this.#exchange(channel)
    const recording = new Recording()
    Object.assign(this.#stage, { handlers: handler, recording })
    await client(channel.calls([recordingClient(recording)]))
    await recording.overAtServer
    await this.#exchange(channel)
    return recording
  }

  async #exchange(channel: Channel): Promise<void> {
    Object.assign(this.#stage, {
      handlers: { unary: (_call, answer) => answer(null, {}) } satisfies Partial<Handlers>,
      recording: undefined,
    })
    await new Promise<void>((resolve, reject) =>
      channel.calls().unary({}, (error) => (error ? reject(error) : resolve())),
    )
  }

  /** Serves these handlers without recording, until the next story. */
  serve(handlers: Partial<Handlers>): void {
    Object.assign(this.#stage, { handlers, recording: undefined })
  }

  close(): void {
    this.#server.forceShutdown()
  }
}

interface Stage {
  handlers: Partial<Handlers>
  recording?: Recording | undefined
}

function handlersOf(stage: Stage): UntypedServiceImplementation {
  return {
    unary: (call, answer) => stage.handlers.unary?.(call, answer),
    serverStream: (call) => stage.handlers.serverStream?.(call),
    clientStream: (call, answer) => stage.handlers.clientStream?.(call, answer),
    bidirectional: (call) => stage.handlers.bidirectional?.(call),
  } satisfies Handlers as UntypedServiceImplementation
}
