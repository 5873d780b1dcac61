import { defineCommand } from '../command.ts'
import { openBrowser } from '../machine/browser.ts'

export default defineCommand({
  name: 'open',
  summary: 'A new sign-in link for the page; opens it where there is a browser',
  options: { path: { flags: '--path', summary: 'page to land on', kind: 'text', value: '/w/default/jobs' } },
  serverWide: true,
  async run({ options }, { client, output, host }) {
    const body = options.path === undefined ? {} : { path: options.path }
    const link = await client.call('createLoginLink', { body })
    output.document(link, () => `${link.loginUrl}\n`)
    if (output.json || host.stdout.isTTY !== true) return
    output.note(
      output.errorStyle.dim(openBrowser(link.loginUrl, host) ? 'Opened in your browser; works once.' : 'Works once.'),
    )
  },
})
