/** Every bound of the server with its number: what `GET /api/v1/limits` shows. */
export const limits = [
  {
    name: 'jsonBody',
    value: 2 * 2 ** 20,
    unit: 'bytes',
    description: 'A JSON body, where a route names no other number',
  },
  { name: 'jsonDepth', value: 64, unit: 'levels', description: 'Nesting of a JSON body' },
  { name: 'headers', value: 16_384, unit: 'bytes', description: 'All headers of a request' },
  { name: 'headerTime', value: 10_000, unit: 'milliseconds', description: 'Time to send the headers' },
  { name: 'connections', value: 10_000, unit: 'connections', description: 'Open connections' },
  { name: 'pageSize', value: 1000, unit: 'items', description: 'Items of one page of a list' },
  { name: 'sourceFile', value: 1_000_000, unit: 'characters', description: 'A YAML file' },
  { name: 'treeEntries', value: 100_000, unit: 'files', description: 'Files of one folder' },
  { name: 'metricsPerRequest', value: 10_000, unit: 'points', description: 'Metric points in one request' },
  { name: 'logPerStep', value: 2 ** 30, unit: 'bytes', description: 'The log of one attempt' },
  { name: 'predictionBody', value: 16 * 2 ** 20, unit: 'bytes', description: 'Body of a prediction' },
] as const
