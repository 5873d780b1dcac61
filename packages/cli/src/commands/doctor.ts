import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { runChecks } from '../machine/checks.ts'
import { paintStatus } from '../output/style.ts'
import { harmless } from '../output/table.ts'

export default defineCommand({
  name: 'doctor',
  summary: 'Look for what keeps Modelyard from working, and say what to do',
  async run(_input, session) {
    const checks = await runChecks(session)
    const { output } = session
    const { style } = output
    const healthy = checks.every((check) => check.status !== 'fail')
    output.document({ healthy, checks }, () =>
      checks
        .map(({ name, status, detail, remedy }) => {
          const mark = paintStatus(style, status).replace(status, status.padEnd(4))
          const advice = remedy === null ? '' : `${' '.repeat(17)}${style.green('→')} ${remedy}\n`
          return `${mark}  ${name.padEnd(9)}  ${harmless(detail)}\n${advice}`
        })
        .join(''),
    )
    return healthy ? exitCodes.done : exitCodes.failure
  },
})
