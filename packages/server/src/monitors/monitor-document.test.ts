import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ModelyardError } from '@modelyard/contract'
import { installationFolder } from '@modelyard/platform'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseMonitor } from './monitor-document.ts'
import { parseDuration, parseFalseAlarms } from './period.ts'

const smallest = `name: ridership-watch
endpoint: ridership
window: { size: 7d }            # or { rows: 1000 }
false_alarms: 1 per quarter     # over all features of data and prediction drift together
reference: { data: ridership-train, label: ridership }
signals:
  inputs: { type: data_drift }
  predictions: { type: prediction_drift }
  quality: { type: data_quality }
  accuracy: { type: model_performance, metrics: [mae], label: ridership }
alert: { trigger: retrain }
`
const parse = (text: string) => parseMonitor({ name: 'monitor.yml', text })
function placesOf(text: string): string[] {
  try {
    parse(text)
  } catch (error) {
    if (ModelyardError.is(error)) return error.message.split('\n')
    throw error
  }
  return []
}

describe('the file of a monitor', () => {
  test('in its smallest form is read with its defaults', () => {
    expect(parse(smallest)).toMatchObject({
      name: 'ridership-watch',
      endpoint: 'ridership',
      window: { milliseconds: 604_800_000 },
      falseAlarms: { count: 1, periodMs: 7_889_400_000 },
      reference: { data: 'ridership-train', label: 'ridership' },
      signals: [
        { name: 'inputs', type: 'data_drift', features: null },
        { name: 'predictions', type: 'prediction_drift' },
        { name: 'quality', type: 'data_quality' },
        { name: 'accuracy', type: 'model_performance', metrics: ['mae'], label: 'ridership' },
      ],
      alert: { trigger: 'retrain', emails: [], webhooks: [] },
      everyMs: 3_600_000,
    })
    expect(parse('name: a\nendpoint: b\nwindow: { rows: 1000 }\n').signals.map((signal) => signal.type)).toEqual([
      'data_drift',
      'prediction_drift',
      'data_quality',
    ])
    expect(parse('name: a\nendpoint: b\nwindow: { size: quarter }\nschedule: off\n')).toMatchObject({
      window: { calendar: 'quarter' },
      everyMs: null,
    })
  })

  test.each([
    ['endpoint: b', 'endpont: b', 'monitor.yml:2:1 endpont: unknown key `endpont` (did you mean `endpoint`?)'],
    ['size: 7d', 'size: 7 days', 'monitor.yml:3:11 window.size: `7 days` is no duration'],
    ['size: 7d', 'size: 5s', 'monitor.yml:3:11 window.size: must lie between 1m and ten years'],
    ['size: 7d', 'rows: 3', 'monitor.yml:3:11 window.rows: must be 10 or more'],
    ['size: 7d', 'size: 7d, rows: 300', 'monitor.yml:3:21 window.rows: `rows` does not go with what stands beside it'],
    ['1 per quarter', 'sometimes', 'monitor.yml:4:1 false_alarms: `sometimes` is no rate'],
    ['type: data_drift', 'type: data_drft', 'monitor.yml:7:13 signals.inputs.type: '],
    ['{ type: data_drift }', '{ type: data_drift, thresholds: { kss: 1 } }', 'monitor.yml:7:'],
    [
      '{ type: data_drift }',
      '{ type: data_drift, features: [a], exclude: [b] }',
      'signals.inputs.exclude: stands beside',
    ],
    ['[mae]', '[mea]', 'signals.accuracy.metrics.0: '],
    ['{ type: data_quality }', '{ type: service, rules: ["p95 > 3 for 5m"] }', 'there is no measure `p95`'],
    ['alert: { trigger: retrain }', 'alert: { emails: [nobody] }', 'alert.emails.0: '],
  ])('with %s as %s is refused at its place', (before, after, message) => {
    const text =
      before === 'endpoint: b' ? 'name: a\nendpont: b\nwindow: { size: 7d }\n' : smallest.replace(before, after)
    expect(placesOf(text).join('\n')).toContain(message)
  })

  test('with no signal at all is refused: it would be quiet for ever', () => {
    expect(placesOf('name: a\nendpoint: b\nwindow: { size: 7d }\nsignals: {}\n')).toEqual([
      expect.stringContaining('monitor.yml:4:1 signals: has no signal'),
    ])
  })

  test('needs to know the column of the labels', () => {
    const text = 'name: a\nendpoint: b\nwindow: { size: 7d }\nsignals:\n  accuracy: { type: model_performance }\n'
    expect(placesOf(text)).toEqual([expect.stringContaining('monitor.yml:5:3 signals.accuracy: needs a `label`')])
  })
})

const azure = `$schema: http://azureml/sdk-2-0/Schedule.json
name: credit_monitor
trigger:
  type: recurrence
  frequency: day
  interval: 1
  schedule: { hours: 3, minutes: 15 }
create_monitor:
  compute: { instance_type: standard_e4s_v3, runtime_version: "3.4" }
  monitoring_target:
    ml_task: classification
    endpoint_deployment_id: azureml:credit-default:main
  monitoring_signals:
    advanced_data_drift:
      type: data_drift
      production_data: { data_context: model_inputs, data_window: { lookback_window_size: P7D, lookback_window_offset: P0D } }
      reference_data:
        input_data: { path: "azureml:credit-reference:1", type: mltable }
        data_context: training
        data_column_names: { target_column: DEFAULT_NEXT_MONTH }
      features: { top_n_feature_importance: 10 }
      metric_thresholds:
        numerical: { jensen_shannon_distance: 0.01 }
        categorical: { pearsons_chi_squared_test: 0.02 }
    quality:
      type: data_quality
      features: [SEX, EDUCATION]
      metric_thresholds:
        numerical: { null_value_rate: 0.05 }
        categorical: { out_of_bounds_rate: 0.03 }
    attribution: { type: feature_attribution_drift, metric_thresholds: { normalized_discounted_cumulative_gain: 0.9 } }
  alert_notification: { emails: [abc@example.com] }
`

test('the example’s own monitor is read', () => {
  const file = join(installationFolder(), 'examples', 'chicago-ridership', 'monitor.yml')
  expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ name: 'ridership-watch', window: { calendar: 'quarter' } })
})

describe('Azure’s schedule with create_monitor', () => {
  test('is read as a monitor; what is done otherwise is warned of with its place', () => {
    const plan = parse(azure)
    expect(plan).toMatchObject({
      name: 'credit_monitor',
      endpoint: 'credit-default',
      window: { milliseconds: 604_800_000 },
      reference: { data: 'azureml:credit-reference:1', label: 'DEFAULT_NEXT_MONTH' },
      signals: [
        { name: 'advanced_data_drift', type: 'data_drift', thresholds: { js: 0.01 } },
        { name: 'quality', features: ['SEX', 'EDUCATION'], thresholds: { null_rate: 0.05, out_of_range_rate: 0.03 } },
      ],
      alert: { emails: ['abc@example.com'] },
    })
    const warned = plan.warnings.join('\n')
    for (const words of [
      'monitor.yml:9:3 create_monitor.compute',
      'top_n',
      'pearsons_chi_squared_test',
      'feature_attribution_drift',
    ])
      expect(warned).toContain(words === 'top_n' ? 'advanced_data_drift.features' : words)
  })

  test('with an unknown key, threshold or target is refused at its place', () => {
    expect(placesOf(azure.replace('ml_task', 'ml_tsk')).join()).toContain('monitor.yml:11:5')
    expect(placesOf(azure.replace('null_value_rate', 'nul_rate')).join()).toContain('monitor.yml:29:')
    expect(placesOf(azure.replace('azureml:credit-default:main', '"azureml:../x:y"')).join()).toContain(
      'monitor.yml:12:5',
    )
  })
})

test('durations and rates are read as written, and nothing else is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.constantFrom('s', 'm', 'h', 'd', 'w'), (amount, unit) => {
      const length = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }[unit]
      expect(parseDuration(`${amount}${unit}`)).toBe(amount * length)
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void [parseDuration(text), parseFalseAlarms(text)]))
  expect([
    parseDuration('P7D'),
    parseDuration('PT1H30M'),
    parseDuration('1h30m'),
    parseDuration('0s'),
    parseDuration('P'),
  ]).toEqual([604_800_000, 5_400_000, 5_400_000, undefined, undefined])
  expect(parseFalseAlarms('2 per year')).toEqual({ count: 2, periodMs: 31_557_600_000 })
  expect(parseFalseAlarms('off')?.count).toBe(0)
  expect(parseFalseAlarms('1 per 10 years')).toEqual({ count: 1, periodMs: 315_576_000_000 })
})
