// Programs in Go: what happens without Go.

import t from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { findGoTool, hasGoTool, installCommandOf } from './go-tool.ts'

const TOOL = { name: 'no-such-tool', version: '1.2.3', package: 'example.com/no-such-tool' }

t.test('O3.2: without Go, the error names the command that installs the program', async (t) => {
  const env = { PATH: testFolder(t) }
  t.equal(hasGoTool(TOOL, env), false)
  t.throws(() => findGoTool(TOOL, env), {
    code: 'process-failed',
    message: `no-such-tool is not installed: ${installCommandOf(TOOL)}`,
  })
  t.match(installCommandOf(TOOL), /^go install example\.com\/no-such-tool@v1\.2\.3; Go: /)
})

t.test('O3.2: without Go, a program on PATH is taken', async (t) => {
  const folder = testFolder(t, { 'no-such-tool': '#!/bin/sh\n' })
  await import('node:fs/promises').then(({ chmod }) => chmod(`${folder}/no-such-tool`, 0o755))
  const env = { PATH: folder }
  t.equal(hasGoTool(TOOL, env), true)
  t.equal(findGoTool(TOOL, env), `${folder}/no-such-tool`)
})
