// Each part of the page replaces its own old form only.

import t from 'tap'
import { updatePage } from './page.ts'
import { SWARM_HEADING } from './swarm-report.ts'

const WAYS = '# Proxyless\n\n## Node'
const SWARM = `${SWARM_HEADING}\n\nold`

t.test('a part that was not measured stays', async (t) => {
  const page = updatePage('', { ways: WAYS, swarm: SWARM })
  t.equal(page, `${WAYS}\n\n${SWARM}\n`)
  t.equal(updatePage(page, {}), page)
  t.equal(updatePage(page, { ways: '# New' }), `# New\n\n${SWARM}\n`)
  t.equal(updatePage(page, { swarm: `${SWARM_HEADING}\n\nnew` }), page.replace('old', 'new'))
})

t.test('a page without the section gets it at its end', async (t) => {
  t.equal(updatePage(`${WAYS}\n`, { swarm: SWARM }), `${WAYS}\n\n${SWARM}\n`)
})
