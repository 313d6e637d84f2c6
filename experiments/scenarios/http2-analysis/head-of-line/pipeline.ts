// HTTP/1.1 pipelining: requests are sent without waiting for answers, which come in the order of the requests (RFC 9112, section 9.3.2).

import { connect } from 'node:net'

const END_OF_HEAD = '\r\n\r\n'

/**
 * Sends all requests at once on one connection. Node's own client never does, nor do browsers.
 * @returns milliseconds from then to the end of each answer
 * @throws Error if the server ends the connection before the last answer
 */
export function pipeline(host: string, port: number, paths: readonly string[]): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const begun = performance.now()
    const ends: number[] = []
    let rest = ''
    const socket = connect({ host, port, noDelay: true })
    socket.setEncoding('latin1')
    socket.on('connect', () => {
      const requests = paths.map(
        (path) => `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 0${END_OF_HEAD}`,
      )
      socket.write(requests.join(''))
    })
    socket.on('data', (text: string) => {
      rest += text
      for (let end = endOfAnswer(rest); end !== undefined; end = endOfAnswer(rest)) {
        rest = rest.slice(end)
        ends.push(performance.now() - begun)
      }
      if (ends.length < paths.length) return
      socket.destroy()
      resolve(ends)
    })
    socket.on('error', reject)
    socket.on('end', () =>
      reject(new Error(`the connection ended after ${ends.length} of ${paths.length} answers`)),
    )
  })
}

/** Where the first answer ends, in characters; undefined if it has not ended. Answers have a `content-length`. */
function endOfAnswer(text: string): number | undefined {
  const head = text.indexOf(END_OF_HEAD)
  if (head < 0) return undefined
  const [, length = '0'] = /^content-length: *(\d+)/im.exec(text.slice(0, head)) ?? []
  const end = head + END_OF_HEAD.length + Number(length)
  return end <= text.length ? end : undefined
}
