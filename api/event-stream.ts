// Reads server-sent events of the REST API with `fetch`, which can send a token and see the status, unlike `EventSource`.
// https://html.spec.whatwg.org/multipage/server-sent-events.html

import type { EventData, EventName } from './schemas/events.ts'

/** One event of `GET /v1/events`: `name` says what `data` is. */
export type ServerEvent = {
  readonly [Name in EventName]: {
    readonly name: Name
    readonly data: EventData[Name]
    /** Send it as `lastEventId` to go on after this event. Opaque. */
    readonly id: string
  }
}[EventName]

const LINE_END = /\r\n|\n|\r/

/**
 * The events in a body of the type `text/event-stream`, until it ends. Leaving the loop cancels the body.
 * @param onActivity called for every chunk that arrives, comments included
 * @throws whatever the body throws when the connection breaks
 */
export async function* decodeEvents(
  body: ReadableStream<Uint8Array>,
  onActivity: () => void = () => {},
): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let fields: Fields = { data: [] }
  let id = ''
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      onActivity()
      rest += decoder.decode(chunk.value, { stream: true })
      // A carriage return at the end may be half of a line end.
      const isHalf = rest.endsWith('\r')
      const lines = (isHalf ? rest.slice(0, -1) : rest).split(LINE_END)
      rest = (lines.pop() ?? '') + (isHalf ? '\r' : '')
      for (const line of lines) {
        if (line !== '') {
          readField(line, fields)
          continue
        }
        id = fields.id ?? id
        if (fields.data.length > 0) yield toEvent(fields, id)
        fields = { data: [] }
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

interface Fields {
  name?: string
  id?: string
  readonly data: string[]
}

/** A line that begins with a colon is a comment. */
function readField(line: string, fields: Fields): void {
  const colon = line.indexOf(':')
  const field = colon === -1 ? line : line.slice(0, colon)
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (field === 'data') fields.data.push(value)
  if (field === 'event') fields.name = value
  if (field === 'id') fields.id = value
}

function toEvent({ name = 'message', data }: Fields, id: string): ServerEvent {
  return { name, data: JSON.parse(data.join('\n')), id } as unknown as ServerEvent
}
