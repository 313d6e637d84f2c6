// Messages of streams: counted by client, proxy and servers.

import { inTurn } from './calls.ts'
import type { Story } from './story.ts'

const MESSAGES = { down: 100, up: 50, both: 25 } as const

export const STREAMS: Story = {
  id: 'streams',
  row: 'O5.3',
  title: 'streams carry many messages',
  says: 'A stream is one call with one status, however long it lives. Its messages are counted when they pass, so a stream that hangs shows as a rate of 0 while it is still in progress, and in a histogram when it ends. The proxy counts messages with `filters.grpcStats`; without it, a stream is one request.',
  async run(edge, calls) {
    const client = edge.client()
    const rounds = Math.ceil(calls / 10)
    await inTurn(rounds, async () => {
      for await (const _ of client.serverStream({ count: MESSAGES.down }));
      await client.clientStream(Array.from({ length: MESSAGES.up }, () => ({ message: 'up' })))
      for await (const _ of client.bidirectional(
        Array.from({ length: MESSAGES.both }, () => ({ message: 'both' })),
      ));
    })
    client.close()
    return { made: 3 * rounds }
  },
  holds({ counts }, { made }) {
    const rounds = made / 3
    const sent = rounds * (1 + MESSAGES.up + MESSAGES.both)
    const answered = rounds * (MESSAGES.down + 1 + MESSAGES.both)
    return {
      'the proxy counts each stream as one request': counts['proxy took'] === made,
      'the servers received each message that the client sent':
        counts['client sent'] === sent && counts['server received'] === sent,
      'the proxy counted each on its way, in both directions':
        counts['proxy passed to servers'] === sent && counts['proxy passed to clients'] === answered,
      'the client received each message that the servers sent':
        counts['server sent'] === answered && counts['client received'] === answered,
      'messages are in the histogram of the two kinds of streams with many answers':
        counts['streams that ended'] === 2 * rounds &&
        counts['server sent in streams'] === rounds * (MESSAGES.down + MESSAGES.both),
    }
  },
}
