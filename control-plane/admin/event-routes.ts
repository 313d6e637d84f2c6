// What happens, as it happens: `GET /v1/events`, and how far a revision has come: `GET /v1/revisions/{number}/progress`.

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { EVENT_STREAM_TYPE } from '../../api/media-types.ts'
import type { FlipProgress } from '../../api/schemas/flip.ts'
import { EventsHeadersSchema, type RevisionParams, RevisionParamsSchema } from '../../api/schemas/request.ts'
import { routeOf } from './operation.ts'
import { createProblem, sendProblem } from './problem.ts'
import type { RoutesOptions } from './routes-options.ts'

/** What a reader may leave unread, in bytes. Then it is disconnected, and comes back for what it has missed. */
const MAX_UNREAD = 1024 * 1024
/** Also proxies between the two see that the connection is alive. */
const COMMENT_MS = 15_000
const COMMENT = Buffer.from(':\n\n')

export async function eventRoutes(server: FastifyInstance, { state, events, flips, closing }: RoutesOptions) {
  server.route({
    ...routeOf('getEvents', { headers: EventsHeadersSchema, produces: [EVENT_STREAM_TYPE] }),
    // There is nothing to say about a stream without its events.
    exposeHeadRoute: false,
    handler: (request, reply) => {
      if (closing.aborted)
        return sendProblem(reply, createProblem('unreachable', 'the control plane is shutting down'))
      const lastEventId = request.headers['last-event-id']
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, {
        ...(reply.getHeaders() as OutgoingHttpHeaders),
        'content-type': EVENT_STREAM_TYPE,
        'cache-control': 'no-store',
        // nginx would keep events back until its buffer is full.
        'x-accel-buffering': 'no',
      })
      const send = writerTo(raw, request.isCurrent)
      const leave = events.read({ send, ...(typeof lastEventId === 'string' && { lastEventId }) })
      const timer = setInterval(() => send(COMMENT), COMMENT_MS).unref()
      const end = () => raw.end()
      closing.addEventListener('abort', end, { once: true })
      raw.once('close', () => {
        leave()
        clearInterval(timer)
        closing.removeEventListener('abort', end)
      })
    },
  })

  server.route<{ Params: RevisionParams }>({
    ...routeOf('getProgress', { params: RevisionParamsSchema }),
    handler: async ({ params }): Promise<FlipProgress> => {
      const number = Number(params.number)
      // A revision that never was is another problem than one that was forgotten.
      await state.get(number)
      return flips.get(number)
    },
  })
}

/** @param isCurrent whether the token or the session of the reader is still valid: a stream must not outlive it */
function writerTo(raw: ServerResponse, isCurrent: () => boolean): (frame: Buffer) => void {
  return (frame) => {
    if (raw.destroyed || raw.writableEnded) return
    if (!isCurrent()) {
      raw.end()
      return
    }
    raw.write(frame)
    if (raw.writableLength > MAX_UNREAD) raw.destroy()
  }
}
