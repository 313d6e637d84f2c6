// Login links and sessions: how long they live, how often they can be used, and how many there are.

import t from 'tap'
import { Sessions } from './sessions.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Sessions at a time that the test moves. */
function start() {
  const clock = { now: Date.UTC(2026, 0, 1) }
  const sessions = new Sessions(() => clock.now)
  const login = (name = 'operator') => {
    const begun = sessions.begin(sessions.createLink({ name, role: 'operator' }).code)
    if (begun === undefined) throw new Error('the link was refused')
    return begun
  }
  return { clock, sessions, login }
}

t.test('a link begins one session, with the name and the role of the link', async (t) => {
  const { sessions } = start()
  const { code } = sessions.createLink({ name: 'alice', role: 'viewer' })
  const begun = sessions.begin(code)
  t.match(begun, { session: { name: 'alice', role: 'viewer' } })
  t.match(sessions.sessionOf(begun?.secret ?? ''), { name: 'alice', role: 'viewer' })
  t.equal(sessions.begin(code), undefined, 'a link is used once')
})

t.test('an unknown code begins no session, and an unknown secret has no session', async (t) => {
  const { sessions, login } = start()
  const { code } = sessions.createLink({ name: 'alice', role: 'viewer' })
  const { secret } = login()
  t.equal(sessions.begin('guess'), undefined)
  t.equal(sessions.begin(secret), undefined, 'the secret of a session is no code')
  t.equal(sessions.sessionOf('guess'), undefined)
  t.equal(sessions.sessionOf(code), undefined, 'a code is no session')
  t.ok(sessions.begin(code), 'twin')
})

t.test('a link can be used for five minutes', async (t) => {
  const { clock, sessions } = start()
  const [early, late] = [
    sessions.createLink({ name: 'a', role: 'viewer' }),
    sessions.createLink({ name: 'a', role: 'viewer' }),
  ]
  t.equal(early.expiresAt, clock.now + 5 * MINUTE)
  clock.now += 5 * MINUTE - 1
  t.ok(sessions.begin(early.code), 'twin')
  clock.now += 1
  t.equal(sessions.begin(late.code), undefined)
})

t.test('a session lives for twelve hours', async (t) => {
  const { clock, sessions, login } = start()
  const { secret, session } = login()
  t.equal(session.expiresAt, clock.now + 12 * HOUR)
  clock.now += 12 * HOUR - 1
  t.ok(sessions.sessionOf(secret), 'twin')
  clock.now += 1
  t.equal(sessions.sessionOf(secret), undefined)
})

t.test('a session that ends takes its unused links with it, and no other session', async (t) => {
  const { sessions, login } = start()
  const [mine, other] = [login(), login()]
  const [mineLink, otherLink] = [mine, other].map(({ secret }) =>
    sessions.createLink({ name: 'operator', role: 'viewer' }, { madeIn: secret }),
  )
  sessions.end(mine.secret)
  t.equal(sessions.sessionOf(mine.secret), undefined)
  t.equal(sessions.begin(mineLink?.code ?? ''), undefined)
  t.ok(sessions.sessionOf(other.secret), 'twin')
  t.ok(sessions.begin(otherLink?.code ?? ''), 'twin')
})

t.test(
  'a session cannot outlive the one that made its link, so a stolen one cannot be renewed',
  async (t) => {
    const { clock, sessions, login } = start()
    const { secret, session } = login()
    clock.now += 11 * HOUR
    const begun = sessions.begin(
      sessions.createLink({ name: 'operator', role: 'operator' }, { madeIn: secret }).code,
    )
    t.equal(begun?.session.expiresAt, session.expiresAt)
    t.equal(login().session.expiresAt, clock.now + 12 * HOUR, 'twin: a link by a token')
  },
)

t.test('the oldest links and sessions of a name make room, and those of others stay', async (t) => {
  const { sessions, login } = start()
  const bystander = login('bystander')
  const link = sessions.createLink({ name: 'bystander', role: 'viewer' })
  const links = Array.from({ length: 21 }, () => sessions.createLink({ name: 'greedy', role: 'viewer' }))
  t.equal(sessions.begin(links[0]?.code ?? ''), undefined, 'the 21st link replaced the first')
  t.ok(sessions.begin(links[1]?.code ?? ''), 'the second is still there')
  const made = Array.from({ length: 101 }, () => login('greedy'))
  t.equal(sessions.sessionOf(made[0]?.secret ?? ''), undefined, 'the 101st session replaced the first')
  t.ok(sessions.sessionOf(made[1]?.secret ?? ''))
  t.ok(sessions.sessionOf(bystander.secret))
  t.ok(sessions.begin(link.code))
})

t.test(
  'a session ends with the token that made its link, and a link of an ended token begins none',
  async (t) => {
    const { clock, sessions } = start()
    const token = { isValid: true }
    const isCurrent = () => token.isValid
    const alice = { name: 'alice', role: 'viewer' } as const
    const [used, unused] = [
      sessions.createLink(alice, { isCurrent }),
      sessions.createLink(alice, { isCurrent }),
    ]
    const { secret = '' } = sessions.begin(used.code) ?? {}
    t.same(sessions.sessionOf(secret), { ...alice, expiresAt: clock.now + 12 * HOUR }, 'twin')
    token.isValid = false
    t.equal(sessions.sessionOf(secret), undefined)
    t.equal(sessions.begin(unused.code), undefined)
  },
)

t.test('a session does not outlive a token that has an end', async (t) => {
  const { clock, sessions } = start()
  const expiresAt = clock.now + HOUR
  const { code } = sessions.createLink({ name: 'alice', role: 'viewer', expiresAt })
  t.equal(sessions.begin(code)?.session.expiresAt, expiresAt)
})
