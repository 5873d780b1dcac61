import { useMutation } from '@tanstack/react-query'
import { call, queryClient } from '../../api/client.ts'
import { formText } from '../../components/form-text.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { CodeBlock, SectionHead } from '../../components/text.tsx'

type Body = Parameters<typeof call<'createWebhook'>>[1]['body']
type EventChoice = NonNullable<Body['events']>

const choices: Readonly<Record<string, { readonly text: string; readonly events: EventChoice }>> = {
  alerts: { text: 'alerts', events: ['alert.firing', 'alert.acknowledged', 'alert.resolved'] },
  loop: {
    text: 'alerts, rollouts and loops',
    events: [
      'alert.firing',
      'alert.resolved',
      'trigger.fired',
      'trigger.skipped',
      'rollout.paused',
      'rollout.promoted',
      'rollout.rolled_back',
      'loop.ended',
    ],
  },
  all: { text: 'all events', events: ['*'] },
}
const formats = ['standard', 'alertmanager', 'slack'] as const

/** Makes a webhook; its secret is in the answer and nowhere else. */
export function CreateWebhook({ ws }: { readonly ws: string }) {
  const create = useMutation({
    mutationFn: (body: Body) => call('createWebhook', { params: { ws }, body }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [ws, 'webhooks'] }),
  })
  return (
    <section className="sec">
      <SectionHead title="New webhook" />
      <form
        className="row wrap"
        style={{ marginTop: 10, alignItems: 'end' }}
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          create.mutate({
            name: formText(form, 'name'),
            url: formText(form, 'url'),
            events: choices[formText(form, 'events')]?.events ?? ['*'],
            format: formats.find((one) => one === formText(form, 'format')) ?? 'standard',
          })
        }}
      >
        <label className="f" style={{ width: 150 }}>
          <span>Name</span>
          <input className="field" name="name" required autoComplete="off" />
        </label>
        <label className="f" style={{ flex: '1 1 240px', maxWidth: 420 }}>
          <span>Address</span>
          <input className="field" name="url" type="url" required autoComplete="off" placeholder="https://" />
        </label>
        <label className="f" style={{ width: 190 }}>
          <span>Events</span>
          <select className="field" name="events">
            {Object.entries(choices).map(([value, choice]) => (
              <option key={value} value={value}>
                {choice.text}
              </option>
            ))}
          </select>
        </label>
        <label className="f" style={{ width: 130 }}>
          <span>Format</span>
          <select className="field" name="format">
            {formats.map((format) => (
              <option key={format}>{format}</option>
            ))}
          </select>
        </label>
        <button type="submit" className="btn" disabled={create.isPending}>
          Create
        </button>
      </form>
      {create.data?.secret === undefined ? null : (
        <div className="notice good">
          The secret of {create.data.name} signs each delivery. Shown only now; keep it safe.
          <CodeBlock label="Secret" text={create.data.secret} />
        </div>
      )}
      {create.isError ? <ErrorPanel error={create.error} /> : null}
    </section>
  )
}
