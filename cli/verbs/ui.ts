// `yard ui`: prints a link that logs a browser in to the live page.

import { type Command, Option } from 'commander'
import { SESSION_ROLES, type SessionRole } from '../../api/schemas/session.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { report } from '../output/print.ts'
import { type AdminFlags, withAdmin, withExamples } from './flags.ts'
import { openInBrowser } from './open-in-browser.ts'

interface UiFlags extends AdminFlags {
  readonly role?: SessionRole
  readonly open: boolean
}

export function addUi(program: Command): void {
  const command = withAdmin(
    program
      .command('ui')
      .description('Print a link to the live page, which logs in one browser within five minutes.')
      .addOption(
        new Option('--role <name>', 'Role of the browser (default: that of your token).').choices(
          SESSION_ROLES,
        ),
      )
      .option('--open', 'Open the link in the browser of this machine too.', false),
  )
  withExamples(command, [
    ['yard ui --open', 'Open the page of "yard up" or "npm start".'],
    ['yard ui --role viewer', 'Print a link for somebody who may look and not change anything.'],
    ['YARD_TOKEN=… yard ui --admin https://yard.example', 'Use "yard serve" on another host.'],
  ])
  command.action(async ({ admin, role, open }: UiFlags) => {
    const rest = await findControlPlane(admin)
    const { url } = await rest.createLoginLink(role === undefined ? {} : { role })
    process.stdout.write(`${url}\n`)
    if (!open) return
    const problem = await openInBrowser(url)
    if (problem !== undefined) report(problem)
  })
}
