// The names of virtual hosts: a host has no slash, and a route configuration may have some.

import t from 'tap'
import { resourceFor } from '../../test/support/script-resources.ts'
import { allHostsOf } from './references.ts'
import { VIRTUAL_HOST } from './resource-type.ts'
import { createTypeSnapshot } from './type-snapshot.ts'
import { hostsAmong } from './virtual-hosts.ts'

t.test('X61: a virtual host belongs to the route configuration before its last slash', async (t) => {
  const names = ['r/a', 'r/b:80', 'team/r/a', 'alone']
  const resources = names.map((name) => resourceFor('VHDS', `${name}=${name}`))
  const hosts = createTypeSnapshot(VIRTUAL_HOST, resources)
  t.same(hostsAmong(hosts, allHostsOf('r')), ['r/a', 'r/b:80'])
  t.same(hostsAmong(hosts, allHostsOf('team/r')), ['team/r/a'])
  for (const none of ['team', 'alon', 'other']) t.same(hostsAmong(hosts, allHostsOf(none)), [], none)
})
