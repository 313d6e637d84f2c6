// P20, P21 and P26: servers by xDS, with the clients that can be started here.

import t from 'tap'
import { SERVERS } from './rows/servers.ts'
import { testRows } from './test-rows.ts'

testRows(t, SERVERS)
