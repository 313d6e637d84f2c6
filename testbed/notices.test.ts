import t from 'tap'
import { describeNotice, type NodeNotice, Notices } from './notices.ts'

const NACK = { level: 'warning', component: 'config', text: 'rejected: no port' } as const

t.test('a text is reported the first and the tenth time, and listed once with its count', async (t) => {
  const notices = new Notices()
  const reported: string[] = []
  notices.onNotice((notice) => reported.push(describeNotice(notice)))
  for (let time = 0; time < 11; time++) notices.add('edge-1', NACK)
  notices.add('edge-2', NACK)
  t.same(reported, [
    'Envoy edge-1 warning, config: rejected: no port',
    'Envoy edge-1 warning, config: rejected: no port (10 times)',
    'Envoy edge-2 warning, config: rejected: no port',
  ])
  t.match(notices.list(), [
    { node: 'edge-1', ...NACK, count: 11, last: /^\d{4}-/ },
    { node: 'edge-2', ...NACK, count: 1 },
  ])
})

t.test(
  'texts that differ only in the time since the control plane went count as one, the newest',
  async (t) => {
    const notices = new Notices()
    for (const seconds of [2, 3]) {
      notices.add('edge-1', { ...NACK, text: `config stream closed since ${seconds}s ago: 14` })
    }
    t.match(notices.list(), [{ text: 'config stream closed since 3s ago: 14', count: 2 }])
  },
)

t.test('a node keeps its fifty newest texts', async (t) => {
  const notices = new Notices()
  for (let number = 0; number < 51; number++) notices.add('edge-1', { ...NACK, text: `try ${number}` })
  notices.add('edge-1', { ...NACK, text: 'try 1' })
  notices.add('edge-1', { ...NACK, text: 'one more' })
  const texts = notices.list().map(({ text }: NodeNotice) => text)
  t.equal(texts.length, 50)
  t.notOk(texts.includes('try 0') || texts.includes('try 2'), 'the oldest are gone')
  t.same(texts.slice(-2), ['try 1', 'one more'])
})
