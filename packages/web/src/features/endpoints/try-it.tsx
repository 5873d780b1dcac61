import type { Answer } from '@modelyard/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { CodeBlock, SectionHead } from '../../components/text.tsx'

type Endpoint = Answer<'getEndpoint'>
type Language = 'curl' | 'python' | 'typescript'

/** Sends one body through the endpoint, and shows the same call in three languages. */
export function TryIt({
  ws,
  endpoint,
  example,
}: {
  readonly ws: string
  readonly endpoint: Endpoint
  readonly example: string | undefined
}) {
  const [typed, setTyped] = useState<string>()
  const [deployment, setDeployment] = useState('')
  const [language, setLanguage] = useState<Language>('curl')
  const body = typed ?? example ?? '{"data": []}'
  const send = useMutation({
    mutationFn: () =>
      call('invokeEndpoint', {
        params: { ws, endpoint: endpoint.name },
        query: { deployment: deployment === '' ? undefined : deployment },
        body: { body },
      }),
  })
  return (
    <section>
      <SectionHead
        title="Try it"
        basis={deployment === '' ? 'answered by the traffic split' : `answered by ${deployment}`}
      />
      <form
        className="trygrid"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate()
        }}
      >
        <label className="f">
          <span>Body, JSON</span>
          <textarea
            className="field"
            rows={6}
            spellCheck={false}
            value={body}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <div className="row wrap">
          <select
            className="field"
            style={{ width: 150 }}
            aria-label="Who answers"
            value={deployment}
            onChange={(event) => setDeployment(event.target.value)}
          >
            <option value="">traffic split</option>
            {endpoint.deployments.map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
          <button className="btn" type="submit" disabled={send.isPending}>
            <Icon name="play" size={14} /> Send
          </button>
          {send.data === undefined ? null : (
            <span className="sub small sp">
              {send.data.status}, {send.data.deployment ?? ''} {send.data.durationMs.toFixed(1)} ms
            </span>
          )}
        </div>
      </form>
      <div aria-live="polite">
        {send.isError ? <ErrorPanel error={send.error} /> : null}
        {send.data === undefined ? null : (
          <>
            <CodeBlock label="Answer" text={pretty(send.data.body)} />
            <p className="tiny dim mono">{send.data.requestId}</p>
          </>
        )}
      </div>
      <div className="tc" style={{ marginTop: 10 }}>
        <Tabs
          label="The same call in"
          value={language}
          options={[
            { value: 'curl', text: 'curl' },
            { value: 'python', text: 'Python' },
            { value: 'typescript', text: 'TypeScript' },
          ]}
          onChange={setLanguage}
        />
        <CodeBlock label={`The call in ${language}`} text={snippet(language, endpoint, body)} />
      </div>
    </section>
  )
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2).slice(0, 20_000)
  } catch {
    return text.slice(0, 20_000)
  }
}

function snippet(language: Language, { scoringUri, authMode }: Endpoint, body: string): string {
  const short = body.length > 400 ? '{"data": [...]}' : body.replaceAll(/\s+/g, ' ')
  const open = authMode === 'none'
  if (language === 'curl')
    return `curl ${scoringUri} \\\n${open ? '' : '  -H "Authorization: Bearer $KEY" \\\n'}  -H "Content-Type: application/json" \\\n  -d '${short}'`
  if (language === 'python')
    return `import json, os, urllib.request\n\nrequest = urllib.request.Request(\n    "${scoringUri}",\n    data=b'''${short}''',\n    headers={${open ? '' : '"Authorization": "Bearer " + os.environ["KEY"],\n             '}"Content-Type": "application/json"})\nprint(json.load(urllib.request.urlopen(request)))`
  return `const answer = await fetch('${scoringUri}', {\n  method: 'POST',\n  headers: {${open ? '' : ' authorization: `Bearer ${process.env.KEY}`,'} 'content-type': 'application/json' },\n  body: ${JSON.stringify(short)},\n})\nconsole.log(await answer.json())`
}
