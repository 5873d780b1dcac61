import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requirementLines, specificationOf } from './specification.ts'

const at = { conda: ['conda_file'], pip: ['pip'] }
const ofConda = (...dependencies: string[]) => specificationOf({ dependencies }, [], at)
const ofPip = (...lines: string[]) => specificationOf(undefined, lines, at)

describe('a conda file', () => {
  test.each([
    ['numpy', 'numpy'],
    ['numpy=1.21', 'numpy==1.21.*'],
    ['numpy=1.21.*', 'numpy==1.21.*'],
    ['numpy==1.21.0', 'numpy==1.21.0'],
    ['numpy=1.21.0=py38h1', 'numpy==1.21.0.*'],
    ['numpy>=1.18,<2', 'numpy>=1.18,<2'],
    ['conda-forge::lightgbm', 'lightgbm'],
    ['pytorch=2.1', 'torch==2.1.*'],
    ['scikit-learn >=1.0', 'scikit-learn>=1.0'],
  ])('%s is %s for pip', (conda, pip) => {
    expect(ofConda(conda)).toMatchObject({ requirements: [pip], problems: [] })
  })

  test('installs no Python, no system library and nothing that would shadow our own names, and says so', () => {
    const found = ofConda('python=3.8.13', 'pip=21', 'mkl', 'azureml-core')
    expect(found).toMatchObject({ requirements: [], python: '3.8.13', problems: [] })
    expect(found.warnings.join()).toMatch(/mkl.*azureml-core/)
  })
})

describe('lines of pip', () => {
  test.each([
    'six',
    'six==1.16.0',
    'pandas[excel,plot]>=2,<3',
    'torch~=2.1; python_version < "3.13" and sys_platform == "linux"',
    'numpy (>=1.20)',
    'pkg @ https://files.example/pkg-1.0-py3-none-any.whl',
    'git+https://git.example/team/pkg.git@v1#egg=pkg',
    '--index-url https://registry.example/simple',
    '--pre',
    'six==1.16.0 --hash=sha256:abcdef',
  ])('%s is taken as it is', (line) => {
    expect(ofPip(line)).toMatchObject({ requirements: [line], problems: [] })
  })

  test.each([
    '-r more.txt',
    '-e .',
    '../package',
    'package/',
    'six @ file:///etc/passwd',
    'git+ssh://git@host/pkg.git',
    '--find-links /etc',
    '--config-settings=x',
    '-i https://u:p@registry.example',
    'six\u0000',
    'six --global-option=x',
    'six; import os',
    'six; python_version > "3" --global-option=x',
    'six\u2028-e .',
    'six[plot -e .]',
    'six; python_version > "3"\u2028-e .',
    '--index-url https://registry.example/simple -r /etc/passwd',
    '--index-url\nhttps://registry.example/simple',
    'https://files.example/${SECRET}/pkg-1.0-py3-none-any.whl',
    `--index-url https://registry.example/${'a'.repeat(500)}`,
    'a'.repeat(501),
  ])('%s is refused', (line) => {
    expect(ofPip(line)).toMatchObject({ requirements: [], problems: [{ path: ['pip', 0] }] })
  })

  test('whatever is written, what is handed to the installer is one line that names a package, a web address or a known option', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), { maxLength: 5 }), (lines) => {
        for (const line of ofPip(...lines).requirements) {
          // eslint-disable-next-line no-control-regex
          expect(line).toMatch(/^[\u0020-\u007e]{1,500}$/)
          expect(line).toMatch(
            /^([A-Za-z0-9]|(git|hg|svn|bzr)\+https?:|--?(index-url|i|extra-index-url|find-links|f|trusted-host|pre|no-index)\b)/,
          )
        }
      }),
    )
  })

  test('of the greatest length are read at once, whatever blanks are in them', () => {
    // With two ways to take a blank this takes longer than anybody lives.
    expect(ofPip(`six ${'>1  '.repeat(120)}?`).problems).toHaveLength(1)
  })

  test('fit into one argument of a process', () => {
    const lines = Array.from({ length: 900 }, (_, index) => `${'a'.repeat(200)}${index}`)
    expect(ofPip(...lines).problems).toHaveLength(1)
  })

  test('of a requirements file come without comments and with continuations joined', () => {
    expect(requirementLines('# all\nsix==1.16.0 \\\n  --hash=sha256:aa  # why\n\npandas # tables\r\n')).toEqual([
      'six==1.16.0    --hash=sha256:aa',
      'pandas',
    ])
  })
})
