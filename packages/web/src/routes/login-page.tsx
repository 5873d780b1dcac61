import { useEffect } from 'react'
import { CodeBlock, Say } from '../components/text.tsx'
import { usePageSearch } from './search.ts'

/** How to sign in: the command line makes a link that works once. */
export function LoginPage() {
  const [search] = usePageSearch()
  useEffect(() => {
    document.title = 'Sign in · Modelyard'
  }, [])
  const next = search['next']
  const safe = next !== undefined && /^\/(?!\/)/.test(next) ? next : '/'
  return (
    <main className="login">
      <h1>Sign in to Modelyard</h1>
      {search['problem'] === undefined ? null : (
        <p className="notice" role="alert">
          <b>This link was used or is too old.</b> Make a new one with the command below.
        </p>
      )}
      <Say>
        Run this where the server runs. It opens the page and <b>signs you in</b>.
      </Say>
      <CodeBlock
        text={safe === '/' ? 'modelyard open' : `modelyard open '${safe.replaceAll("'", '')}'`}
        label="Sign in"
      />
      <p className="note">
        The link works once, for ten minutes. There is no password; other machines use tokens, made with{' '}
        <code>modelyard token create</code>.
      </p>
      <p>
        <a className="btn" href={safe}>
          I am signed in, go on
        </a>
      </p>
    </main>
  )
}
