// Answers each byte with itself, over TCP or a Unix socket: the server of the socket echo, as a process.

import { createServer } from 'node:net'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { listen: { type: 'string', default: '127.0.0.1:0' } } })
const path = values.listen.startsWith('unix:') ? values.listen.slice('unix:'.length) : undefined

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.pipe(socket)
})
const onListening = () => {
  const bound = server.address()
  const address = typeof bound === 'object' && bound ? `${bound.address}:${bound.port}` : values.listen
  process.stdout.write(`${JSON.stringify({ address })}\n`)
}
if (path === undefined) {
  const [host, port] = values.listen.split(':')
  server.listen(Number(port), host, onListening)
} else server.listen(path, onListening)
process.stdin.on('end', () => process.exit(0)).resume()
