// The files of `yard dashboards`.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { ALL_BOARDS } from '../../dashboards/boards/all.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { runYard } from '../../test/support/yard-process.ts'

t.test('each dashboard is a file of JSON, and rules and relabeling are files of YAML', async (t) => {
  const folder = testFolder(t)
  const { code, output } = await runYard(t, folder, 'dashboards', '--out', join(folder, 'made'))
  t.equal(code, 0)
  const files = readdirSync(join(folder, 'made'))
  t.strictSame(
    files,
    [...ALL_BOARDS.map(({ id }) => `${id}.json`), 'alerts.yaml', 'envoy-relabeling.yaml'].toSorted(),
  )
  for (const file of files) t.match(output, file)
  for (const { id, title } of ALL_BOARDS) {
    t.match(JSON.parse(readFileSync(join(folder, 'made', `${id}.json`), 'utf8')), { uid: id, title })
  }
  t.match(parse(readFileSync(join(folder, 'made', 'alerts.yaml'), 'utf8')), {
    groups: [{ name: 'switchyard', rules: Array }],
  })
})
