// Reports are kept until the code that decides them changes.

import t from 'tap'
import type { FileReport } from '../mutation/file-report.ts'
import { KeptReports } from './kept-reports.ts'
import { testFolder } from './test-folder.ts'

t.test('a report is read back only with its fingerprint', async (t) => {
  const folder = new KeptReports<FileReport>(testFolder(t))
  t.equal(folder.read('x/a.ts', '1'), undefined)
  const report: FileReport = {
    file: 'x/a.ts',
    fingerprint: '1',
    mutants: [{ status: 'Killed', line: 1, column: 2, mutator: 'm', original: 'a', replacement: 'b' }],
  }
  folder.write(report)
  t.strictSame(folder.read('x/a.ts', '1'), report)
  t.equal(folder.read('x/a.ts', '2'), undefined)
  t.equal(folder.read('x/b.ts', '1'), undefined)
})
