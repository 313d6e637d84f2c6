// Filters out of Markdown.

import t from 'tap'
import { guideFilters } from './guide-filters.ts'

const TEXT = `# A guide

| \`not.this\` | elsewhere |

## Display filters

| filter | shows |
| --- | --- |
| \`http2.type == 6\` | every PING |
| \`grpc\`            | messages   |

## Next

| \`nor.this\` | elsewhere |
`

t.test('O2.9: filters are the code in the first cells of the tables below their heading', async (t) => {
  t.strictSame(guideFilters(TEXT), [
    { filter: 'http2.type == 6', shows: 'every PING' },
    { filter: 'grpc', shows: 'messages' },
  ])
})

t.test('O2.9: the guide has filters, each once', async (t) => {
  const filters = guideFilters().map(({ filter }) => filter)
  t.ok(filters.length >= 10)
  t.equal(new Set(filters).size, filters.length)
})
