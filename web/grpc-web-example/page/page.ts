// The page: reads its forms, makes the calls, and shows what came of them.

import { durationFromMs } from '@bufbuild/protobuf/wkt'
import { connectCalls } from './connect-calls.ts'
import type { EchoCalls, Outcome } from './echo-calls.ts'
import { element } from './element.ts'
import { googleCalls } from './google-calls.ts'
import { type ChatRoom, enterChat } from './workarounds/chat.ts'

/** The one who serves the page gives it the address of the Envoy: `?target=http://127.0.0.1:8080`. */
const TARGET = new URL(location.href).searchParams.get('target') ?? location.origin
const ROOM = 'chat'

const CLIENTS: Readonly<Record<string, EchoCalls>> = {
  'connect-web': connectCalls(TARGET),
  'grpc-web, as text': googleCalls(TARGET, 'text'),
  'grpc-web, binary': googleCalls(TARGET, 'binary'),
}

element('#target', HTMLElement).textContent = TARGET
answerCalls(element('#call', HTMLFormElement))
chat(element('#chat', HTMLFormElement))

function answerCalls(form: HTMLFormElement): void {
  const output = element('#outcome', HTMLOutputElement)
  const cancel = element('#cancel', HTMLButtonElement)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const { client, method, message, count, delayMs, status, timeoutMs, token } = textsOf(form)
    const controller = new AbortController()
    cancel.onclick = () => controller.abort()
    cancel.disabled = false
    output.replaceChildren()
    const calls = CLIENTS[client ?? ''] ?? connectCalls(TARGET)
    const outcome = await calls[method === 'serverStream' ? 'serverStream' : 'unary'](
      {
        ...{ message: message ?? '', count: Number(count), statusCode: Number(status) },
        delay: durationFromMs(Number(delayMs)),
        statusMessage: 'as the page asked',
      },
      {
        signal: controller.signal,
        ...(timeoutMs && { timeoutMs: Number(timeoutMs) }),
        ...(token && { metadata: { authorization: `Bearer ${token}` } }),
        onMessage: (answer) =>
          output.append(line(`${answer.sequence}: ${answer.message}, from ${answer.backendId}`)),
      },
    )
    cancel.disabled = true
    output.append(lineOf(outcome))
  })
}

function lineOf({ code, text, details }: Outcome): HTMLElement {
  const all = [`status ${code}`, ...(text ? [text] : []), ...details.map((detail) => JSON.stringify(detail))]
  return line(all.join('\n'), code === 0 ? 'good' : 'bad')
}

function chat(form: HTMLFormElement): void {
  const state = element('#chat-state', HTMLElement)
  const tokenField = element('[name=token]', HTMLInputElement)
  let room = enter()
  tokenField.addEventListener('change', () => {
    room.leave()
    room = enter()
  })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const { name = '', text = '' } = textsOf(form)
    element('#chat [name=text]', HTMLInputElement).value = ''
    await room.send(name, text).catch((error) => {
      state.textContent = `The message was not sent: ${error.message}`
    })
  })
}

/** Enters the room, with the token that is in the form now. */
function enter(): ChatRoom {
  const messages = element('#messages', HTMLOListElement)
  const state = element('#chat-state', HTMLElement)
  const button = element('#chat button', HTMLButtonElement)
  const { value: token } = element('[name=token]', HTMLInputElement)
  messages.replaceChildren()
  const room = enterChat({
    ...{ baseUrl: TARGET, room: ROOM, ...(token && { token }) },
    onMessage: ({ from, text }) => {
      const item = document.createElement('li')
      item.textContent = `${from}: ${text}`
      messages.append(item)
    },
    onEntered: () => {
      button.disabled = false
      state.textContent = 'You see every message of this room.'
    },
  })
  void room.ended.then((why) => {
    if (why === '') return
    button.disabled = true
    state.textContent = `The chat has ended: ${why}`
  })
  return room
}

function textsOf(form: HTMLFormElement): Readonly<Record<string, string>> {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]))
}

function line(text: string, className = ''): HTMLElement {
  const made = document.createElement('div')
  made.textContent = text
  made.className = className
  return made
}
