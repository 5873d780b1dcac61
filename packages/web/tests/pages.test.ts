import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findBrowser, launchBrowser } from './browser.ts'
import { seed } from './seed.ts'
import { seedLoop } from './seed-loop.ts'
import { startServer, type ServerUnderTest } from './server.ts'

const executable = findBrowser()
const pictures = join(import.meta.dirname, '..', '..', '..', 'artifacts', 'screenshots')
const screens = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 1440, height: 900, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const

it('the pages are checked in a browser', ({ skip }) => {
  if (executable === undefined && process.env['CI'] === 'true') expect.fail('There is no /usr/bin/chromium.')
  if (executable === undefined) skip('There is no /usr/bin/chromium; install the package chromium.')
})

describe.skipIf(executable === undefined)('every page on seeded data', () => {
  let server: ServerUnderTest
  let browser: Browser
  let pages: Readonly<Record<string, string>>
  let session: Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>>

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    // What is built here is what the server goes on serving, so it is built as it is shipped.
    vi.stubEnv('NODE_ENV', 'production')
    await build({ root: join(import.meta.dirname, '..'), mode: 'production', logLevel: 'error' })
    vi.unstubAllEnvs()
    server = await startServer()
    pages = { ...(await seed(server)), ...(await seedLoop(server)) }
    browser = await launchBrowser(executable ?? '')
    const context = await browser.newContext()
    await (await context.newPage()).goto(server.loginUrl)
    session = await context.storageState()
    await context.close()
  }, 300_000)

  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  }, 60_000)

  for (const { width, height, colorScheme } of screens)
    it(`has no console error, no axe violation and no sideways scroll at ${width} px, ${colorScheme}`, async () => {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, storageState: session })
      const page = await context.newPage()
      const faults: string[] = []
      let name = ''
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(`${name}: console: ${message.text()}`)
      })
      page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`))
      for (const [key, path] of Object.entries(pages)) {
        name = key
        await page.goto(server.url + path)
        await settle(page)
        if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth))
          faults.push(`${name}: scrolls sideways`)
        const { violations } = await new AxeBuilder({ page }).analyze()
        for (const violation of violations)
          faults.push(
            `${name}: axe ${violation.id} at ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`,
          )
        await page.screenshot({ path: join(pictures, `${key}-${width}-${colorScheme}.png`) })
      }
      await context.close()
      expect(faults).toEqual([])
    }, 240_000)

  it('arrow keys choose a cell, an alert is acknowledged, and an approval on one page ends the loop on another', async () => {
    const context = await browser.newContext({ storageState: session })
    const monitor = await context.newPage()
    await monitor.goto(server.url + pages['monitor'])
    const chosen = monitor.locator('[role=gridcell][aria-selected=true]')
    const before = await chosen.getAttribute('aria-label')
    await monitor.getByRole('grid').focus()
    await monitor.keyboard.press('ArrowLeft')
    await expect.poll(() => chosen.getAttribute('aria-label')).not.toBe(before)
    expect(new URL(monitor.url()).searchParams.get('window')).not.toBeNull()
    await monitor.getByText('Lap 1 waits for approval').waitFor()

    const other = await context.newPage()
    await other.goto(server.url + pages['alerts'])
    await other.getByRole('button', { name: 'Acknowledge' }).click()
    await other.getByText('Acknowledged', { exact: true }).waitFor()
    await other.goto(server.url + pages['endpoint-rollout'])
    await other.getByRole('button', { name: 'Approve 100 %' }).click()
    await monitor.getByText('Lap 1 ended with a better model').waitFor({ timeout: 30_000 })
    await context.close()
  }, 90_000)

  it('a change that somebody else makes shows without a reload, and a stranger is led to the sign-in', async () => {
    const context = await browser.newContext({ storageState: session })
    const page = await context.newPage()
    await page.goto(`${server.url}/w/walk/compute`)
    await page.getByRole('link', { name: 'cpu-cluster' }).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await server.call('POST', '/api/v1/workspaces/walk/compute', { name: 'late-cluster' })
    await page.getByRole('link', { name: 'late-cluster' }).waitFor({ timeout: 10_000 })
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Where is …?').fill('riders')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/(models|endpoints)\/riders/)
    await context.close()
    const stranger = await (await browser.newContext()).newPage()
    await stranger.goto(`${server.url}/w/walk/jobs`)
    await stranger.waitForURL(/\/login\?next=/)
    await stranger.getByText('modelyard open').first().waitFor()
  }, 60_000)
})

/** Until the skeletons are gone and the page has its heading. */
async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ timeout: 15_000 })
  await page.waitForFunction(() => document.querySelector('[aria-busy]') === null, undefined, { timeout: 15_000 })
}
