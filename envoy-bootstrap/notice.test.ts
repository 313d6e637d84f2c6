import t from 'tap'
import { type EnvoyNotice, readNotices } from './notice.ts'

const LOG = `[2026-11-28 20:00:00.101][41][info][config] [source/a.cc:12] all dependencies initialized
[2026-11-28 20:00:00.102][41][warning][config] [source/b.cc:1204] delta config rejected: Error adding listener(s) main: no port
side: cannot bind

[2026-11-28 20:00:00.103][41][debug][misc] plain
not a notice
[2026-11-28 20:00:00.104][41][critical][main] [source/c.cc:1] [nested] error initializing
[2026-11-28 20:00:00.105][41][error][grpc] without source`

t.test('warnings, errors and what is critical are notices, with the lines that continue them', async (t) => {
  const notices: EnvoyNotice[] = []
  LOG.split('\n').forEach(readNotices((notice) => notices.push(notice)))
  t.same(notices, [
    {
      level: 'warning',
      component: 'config',
      text: 'delta config rejected: Error adding listener(s) main: no port',
    },
    { level: 'warning', component: 'config', text: 'side: cannot bind' },
    { level: 'critical', component: 'main', text: '[nested] error initializing' },
    { level: 'error', component: 'grpc', text: 'without source' },
  ])
})
