// The guide to Wireshark: its commands and filters are run as they are written, on captures of the scenario.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { countPackets } from '../../experiments/scenarios/http2-analysis/wireshark/count-packets.ts'
import { guideFilters } from '../../experiments/scenarios/http2-analysis/wireshark/guide-filters.ts'
import { WITH_PROTOS } from '../../experiments/scenarios/http2-analysis/wireshark/protos.ts'
import { blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { runYard } from '../support/yard-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const GUIDE = 'docs/guides/wireshark.md'
const REPORT = 'reports/scenarios/http2-analysis-quick'

/** By a part of the command: what its output has. */
const SHOWS = {
  '-Y http2': /HEADERS\[1\]: POST \/switchyard\.echo\.v1\.EchoService\/Unary, DATA\[1\]/,
  '-o protobuf.pbf_as_hf:TRUE': /EchoService\/Unary\thello/,
  'tls.keylog_file': /HEADERS\[1\]: POST/,
}

t.test('O2.9: commands and filters of the guide work as they are written', async (t) => {
  if (!requireTool(t, 'tshark')) return
  const text = readFileSync(join(ROOT, GUIDE), 'utf8')
  const commands = blocksOf(text)
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => block.text.trim().split('\n'))
  const folder = testFolder(t)
  const out = join(folder, 'out')

  await t.test('the scenario makes the captures', async (t) => {
    const command = 'npx yard scenario run http2-analysis --profile quick --only frames wireshark'
    t.ok(commands.includes(command))
    const args = command.split(' ').slice(2)
    const { code, output } = await runYard(t, folder, ...args, '--out', out)
    t.equal(code, 0, 'exit code', { output })
  })

  const decoding = commands.filter((command) => command.startsWith('tshark '))
  t.equal(decoding.length, Object.keys(SHOWS).length)
  for (const command of decoding) {
    await t.test(command, async (t) => {
      const { stdout, stderr, status } = spawnSync('bash', ['-c', command.replaceAll(REPORT, out)], {
        cwd: ROOT,
        encoding: 'utf8',
      })
      t.equal(status, 0, 'exit code', { stderr })
      for (const [part, shown] of Object.entries(SHOWS)) if (command.includes(part)) t.match(stdout, shown)
    })
  }

  await t.test('each filter finds something in the capture', async (t) => {
    const filters = guideFilters(text)
    const file = join(out, 'files', 'every-frame-type.pcapng')
    const counts = await countPackets(
      file,
      filters.map(({ filter }) => filter),
      WITH_PROTOS,
    )
    filters.forEach(({ filter }, index) => void t.ok((counts[index] ?? 0) > 0, filter))
  })

  await t.test('a filter that Wireshark does not know is an error', async (t) => {
    const file = join(out, 'files', 'every-frame-type.pcapng')
    await t.rejects(countPackets(file, ['http2.no_such_field == 1']))
  })
})
