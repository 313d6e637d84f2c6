// A process that appends revisions until it is killed, and reports each to its parent after the store acknowledged it.

import { openSqliteStore } from '../../control-plane/store/sqlite-store.ts'

const store = openSqliteStore(process.argv[2] ?? '')
for (let etag: string | undefined; ; ) {
  const number = ((await store.head())?.number ?? 0) + 1
  const written = await store.append({ number }, etag, 'writer')
  etag = written.etag
  // Waits for the parent, so that the store is not ahead of the reports.
  await new Promise((resolve) => process.send?.(number, resolve))
}
