// The file below the store: what SQLite itself says of how it is opened.

import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { openSqliteFile } from './sqlite-file.ts'

// A power cut cannot be made here; kill -9 loses nothing that the kernel has, synced or not. So SQLite is asked.
t.test(
  'a commit is on the disk when it returns: a write-ahead log that is synced at each commit',
  async (t) => {
    const database = openSqliteFile(join(testFolder(t), 'revisions.sqlite'))
    t.teardown(() => database.close())
    const FULL = 2 // https://www.sqlite.org/pragma.html#pragma_synchronous
    t.match(database.prepare('PRAGMA journal_mode').get(), { journal_mode: 'wal' })
    t.match(database.prepare('PRAGMA synchronous').get(), { synchronous: FULL })
    t.match(database.prepare('PRAGMA locking_mode').get(), { locking_mode: 'exclusive' })
  },
)
