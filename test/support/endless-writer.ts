// A process that appends revisions until it is killed, and tells its parent of each once it is acknowledged.

import { openSqliteStore } from '../../control-plane/store/sqlite-store.ts'

const store = openSqliteStore(process.argv[2] ?? '')
for (let etag: string | undefined; ; ) {
  const number = ((await store.head())?.number ?? 0) + 1
  const written = await store.append({ number }, etag, 'writer')
  etag = written.etag
  // Waits until the parent has it, so that it is not ahead of what was told.
  await new Promise((resolve) => process.send?.(number, resolve))
}
